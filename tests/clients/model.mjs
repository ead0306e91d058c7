// The default model, as clients are told of it.

export const TYPES = {
    persons: { attributes: ["name", "email"], relationships: { phones: "phones", friends: "friends" } },
    phones: { attributes: ["number", "label"], relationships: { owners: "persons" } },
    friends: { attributes: ["name", "nickname"], relationships: { hobbies: "hobbies", persons: "persons" } },
    hobbies: { attributes: ["name", "description"], relationships: { friends: "friends" } },
};

export const READ_ONLY = ["created_at", "updated_at"];

/** Both ends of each relationship, and the association table between them. */
export const LINKS = [
    {
        from: "persons",
        name: "phones",
        to: "phones",
        inverse: "owners",
        table: "person_phones",
        near: "person_id",
        far: "phone_id",
    },
    {
        from: "persons",
        name: "friends",
        to: "friends",
        inverse: "persons",
        table: "person_friends",
        near: "person_id",
        far: "friend_id",
    },
    {
        from: "friends",
        name: "hobbies",
        to: "hobbies",
        inverse: "friends",
        table: "friend_hobbies",
        near: "friend_id",
        far: "hobby_id",
    },
].flatMap((link) => [
    link,
    {
        from: link.to,
        name: link.inverse,
        to: link.from,
        inverse: link.name,
        table: link.table,
        near: link.far,
        far: link.near,
    },
]);

export function identifiers(type, ids) {
    return ids.map((id) => ({ type, id }));
}
