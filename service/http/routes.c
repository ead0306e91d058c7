/*
 * routes.c - the whole API as one table.
 */
#include "http/match.h"

/* clang-format off */
const struct route routes[] = {
    { METHOD_GET,    "/",                                       &entry_fetch          },
    { METHOD_GET,    "/openapi.json",                           &openapi_json_fetch   },
    { METHOD_GET,    "/openapi.yaml",                           &openapi_yaml_fetch   },
    { METHOD_GET,    "/healthz",                                &health_fetch         },
    { METHOD_GET,    "/readyz",                                 &readiness_fetch      },
    { METHOD_GET,    "/metrics",                                &metrics_fetch        },

    { METHOD_POST,   "/operations",                             &atomic_perform       },

    { METHOD_GET,    "/{type}",                                 &collection_fetch     },
    { METHOD_POST,   "/{type}",                                 &resource_create      },
    { METHOD_GET,    "/{type}/{id}",                            &resource_fetch       },
    { METHOD_PATCH,  "/{type}/{id}",                            &resource_update      },
    { METHOD_DELETE, "/{type}/{id}",                            &resource_remove      },

    { METHOD_GET,    "/{type}/{id}/relationships/{relationship}", &relationship_fetch   },
    { METHOD_POST,   "/{type}/{id}/relationships/{relationship}", &relationship_add     },
    { METHOD_PATCH,  "/{type}/{id}/relationships/{relationship}", &relationship_replace },
    { METHOD_DELETE, "/{type}/{id}/relationships/{relationship}", &relationship_remove  },

    { METHOD_GET,    "/{type}/{id}/{relationship}",             &related_fetch        },
    { METHOD_GET,    "/{type}/{id}/{relationship}/{related}",   &link_fetch           },
    { METHOD_PUT,    "/{type}/{id}/{relationship}/{related}",   &link_add             },
    { METHOD_DELETE, "/{type}/{id}/{relationship}/{related}",   &link_remove          },
    { METHODS, NULL, NULL },
};
/* clang-format on */
