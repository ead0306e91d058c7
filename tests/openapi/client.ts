// A client of the default model, typed by its description. That it compiles is the test; what is
// marked as an error must be one.
import createClient from "openapi-fetch";
import type { components, paths } from "./api";

const api = createClient<paths>({
    baseUrl: "http://127.0.0.1:8080",
    headers: { Accept: "application/vnd.api+json" },
    // as the parameters say: lists with commas, and families by their members' names
    querySerializer: {
        array: { style: "form", explode: false },
        object: { style: "form", explode: true },
    },
});

export async function list(): Promise<string[]> {
    const { data, error } = await api.GET("/persons", {
        params: {
            query: {
                include: ["phones", "friends.hobbies"],
                "fields[persons]": ["name", "phones"],
                sort: ["-name", "phones.count"],
                "filter[name]": "Alice",
                "filter[phones]": ["1", "2"],
                filter: { "filter[friends][count][ge]": "1" },
                "page[size]": 10,
                "page[total]": "exact",
            },
            header: { "If-None-Match": '"tag"' },
        },
    });
    if (error) {
        const codes: components["schemas"]["jsonapi.error"]["code"][] = error.errors.map((e) => e.code);
        throw new Error(codes.join());
    }
    for (const one of data.included ?? []) {
        if (one.type === "hobbies") {
            console.log(one.attributes?.description);
        }
    }
    return data.data.map((person) => `${person.id} ${person.attributes?.name}`);
}

export async function write(id: string): Promise<string | undefined> {
    const created = await api.POST("/persons", {
        body: {
            data: {
                type: "persons",
                attributes: { name: "Alice", email: null },
                relationships: { phones: { data: [{ type: "phones", id }] } },
            },
        },
    });
    const person = created.data?.data.id ?? "";
    await api.PATCH("/persons/{id}/relationships/friends", {
        params: { path: { id: person }, header: { Prefer: "return=representation" } },
        body: { data: [] },
    });
    await api.PUT("/persons/{id}/phones/{related_id}", { params: { path: { id: person, related_id: id } } });
    const several = await api.POST("/operations", {
        body: { "atomic:operations": [{ op: "remove", ref: { type: "persons", id: person } }] },
    });
    return several.data?.["atomic:results"][0]?.meta?.changed[0];
}

export async function mistakes(): Promise<void> {
    // @ts-expect-error there is no such path
    await api.GET("/people");
    // @ts-expect-error a name is required
    await api.POST("/persons", { body: { data: { type: "persons", attributes: {} } } });
    // @ts-expect-error of another type
    const wrong: components["schemas"]["persons.identifier"] = { type: "phones", id: "1" };
    // @ts-expect-error there is no such field
    await api.GET("/persons", { params: { query: { "fields[persons]": ["nickname"] } } });
    console.log(wrong);
}
