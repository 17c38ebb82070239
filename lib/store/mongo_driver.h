/* The driver (mongo-c-driver), loaded when a MongoDB store is made and not before: see
 * base/library.h for what linking it would cost. The functions that are used, by their own names:
 * each is a member of one table of pointers. Another one is a line in each of the two lists. */
#ifndef CHATUR_STORE_MONGO_DRIVER_H
#define CHATUR_STORE_MONGO_DRIVER_H

#include <mongoc/mongoc.h>

#include "base/outcome.h"

/* Exported, and in no public header: what connects when nobody else was asked to. */
mongoc_stream_t *mongoc_client_default_stream_initiator(const mongoc_uri_t *uri,
                                                        const mongoc_host_list_t *host,
                                                        void *client, bson_error_t *error);

#define MONGO_DRIVER_FUNCTIONS(EACH)                                                               \
    EACH(mongoc_init)                                                                              \
    EACH(mongoc_log_set_handler)                                                                   \
    EACH(mongoc_uri_new_with_error)                                                                \
    EACH(mongoc_uri_destroy)                                                                       \
    EACH(mongoc_uri_copy)                                                                          \
    EACH(mongoc_uri_get_database)                                                                  \
    EACH(mongoc_uri_has_option)                                                                    \
    EACH(mongoc_uri_set_option_as_int32)                                                           \
    EACH(mongoc_uri_set_option_as_bool)                                                            \
    EACH(mongoc_uri_set_appname)                                                                   \
    EACH(mongoc_uri_set_write_concern)                                                             \
    EACH(mongoc_uri_get_write_concern)                                                             \
    EACH(mongoc_uri_get_option_as_int32)                                                           \
    EACH(mongoc_uri_set_read_prefs_t)                                                              \
    EACH(mongoc_read_prefs_new)                                                                    \
    EACH(mongoc_read_prefs_destroy)                                                                \
    EACH(mongoc_write_concern_new)                                                                 \
    EACH(mongoc_write_concern_set_w)                                                               \
    EACH(mongoc_write_concern_set_wtimeout_int64)                                                  \
    EACH(mongoc_write_concern_destroy)                                                             \
    EACH(mongoc_write_concern_is_acknowledged)                                                     \
    EACH(mongoc_write_concern_get_wmajority)                                                       \
    EACH(mongoc_client_pool_new_with_error)                                                        \
    EACH(mongoc_client_pool_set_error_api)                                                         \
    EACH(mongoc_client_pool_pop)                                                                   \
    EACH(mongoc_client_pool_push)                                                                  \
    EACH(mongoc_client_pool_destroy)                                                               \
    EACH(mongoc_client_new_from_uri_with_error)                                                    \
    EACH(mongoc_client_set_error_api)                                                              \
    EACH(mongoc_client_destroy)                                                                    \
    EACH(mongoc_client_set_stream_initiator)                                                       \
    EACH(mongoc_client_default_stream_initiator)                                                   \
    EACH(mongoc_client_get_server_descriptions)                                                    \
    EACH(mongoc_server_descriptions_destroy_all)                                                   \
    EACH(mongoc_server_description_type)                                                           \
    EACH(mongoc_client_get_collection)                                                             \
    EACH(mongoc_client_command_simple)                                                             \
    EACH(mongoc_collection_destroy)                                                                \
    EACH(mongoc_collection_insert_one)                                                             \
    EACH(mongoc_collection_update_one)                                                             \
    EACH(mongoc_collection_replace_one)                                                            \
    EACH(mongoc_collection_delete_one)                                                             \
    EACH(mongoc_collection_delete_many)                                                            \
    EACH(mongoc_collection_find_with_opts)                                                         \
    EACH(mongoc_collection_find_indexes_with_opts)                                                 \
    EACH(mongoc_collection_aggregate)                                                              \
    EACH(mongoc_collection_find_and_modify_with_opts)                                              \
    EACH(mongoc_find_and_modify_opts_new)                                                          \
    EACH(mongoc_find_and_modify_opts_destroy)                                                      \
    EACH(mongoc_find_and_modify_opts_set_update)                                                   \
    EACH(mongoc_find_and_modify_opts_set_fields)                                                   \
    EACH(mongoc_find_and_modify_opts_set_flags)                                                    \
    EACH(mongoc_cursor_next)                                                                       \
    EACH(mongoc_cursor_error)                                                                      \
    EACH(mongoc_cursor_destroy)                                                                    \
    EACH(bson_new)                                                                                 \
    EACH(bson_copy)                                                                                \
    EACH(bson_equal)                                                                               \
    EACH(bson_destroy)                                                                             \
    EACH(bcon_new)                                                                                 \
    EACH(bcon_append)                                                                              \
    EACH(bson_bcon_magic)                                                                          \
    EACH(bson_append_utf8)                                                                         \
    EACH(bson_append_int64)                                                                        \
    EACH(bson_append_bool)                                                                         \
    EACH(bson_append_oid)                                                                          \
    EACH(bson_append_null)                                                                         \
    EACH(bson_append_date_time)                                                                    \
    EACH(bson_append_document)                                                                     \
    EACH(bson_append_array)                                                                        \
    EACH(bson_append_iter)                                                                         \
    EACH(bson_iter_init_find)                                                                      \
    EACH(bson_iter_init)                                                                           \
    EACH(bson_iter_find_descendant)                                                                \
    EACH(bson_iter_next)                                                                           \
    EACH(bson_iter_key)                                                                            \
    EACH(bson_iter_type)                                                                           \
    EACH(bson_iter_recurse)                                                                        \
    EACH(bson_iter_utf8)                                                                           \
    EACH(bson_iter_as_int64)                                                                       \
    EACH(bson_iter_double)                                                                         \
    EACH(bson_iter_as_bool)                                                                        \
    EACH(bson_iter_oid)                                                                            \
    EACH(bson_iter_date_time)                                                                      \
    EACH(bson_iter_document)                                                                       \
    EACH(bson_init_static)                                                                         \
    EACH(bson_get_data)                                                                            \
    EACH(bson_oid_init)                                                                            \
    EACH(bson_oid_init_from_string)                                                                \
    EACH(bson_oid_to_string)                                                                       \
    EACH(bson_oid_equal)

#define MONGO_DRIVER_MEMBER(name) __typeof__(name) *(name);
extern struct mongo_driver {
    MONGO_DRIVER_FUNCTIONS(MONGO_DRIVER_MEMBER)
} mongo_driver;

/* Fills the table. CHATUR_OK; CHATUR_INTERNAL: the library is not installed, or is too old. Until
 * it was OK once no function below may be called. Not from two threads at once. */
CHATUR_MUST_CHECK enum chatur_outcome mongo_driver_load(struct chatur_error *error);

#ifndef MONGO_DRIVER_LOADER
#define mongoc_init                             mongo_driver.mongoc_init
#define mongoc_log_set_handler                  mongo_driver.mongoc_log_set_handler
#define mongoc_uri_new_with_error               mongo_driver.mongoc_uri_new_with_error
#define mongoc_uri_destroy                      mongo_driver.mongoc_uri_destroy
#define mongoc_uri_copy                         mongo_driver.mongoc_uri_copy
#define mongoc_uri_get_database                 mongo_driver.mongoc_uri_get_database
#define mongoc_uri_has_option                   mongo_driver.mongoc_uri_has_option
#define mongoc_uri_set_option_as_int32          mongo_driver.mongoc_uri_set_option_as_int32
#define mongoc_uri_set_option_as_bool           mongo_driver.mongoc_uri_set_option_as_bool
#define mongoc_uri_set_appname                  mongo_driver.mongoc_uri_set_appname
#define mongoc_uri_set_write_concern            mongo_driver.mongoc_uri_set_write_concern
#define mongoc_uri_get_write_concern            mongo_driver.mongoc_uri_get_write_concern
#define mongoc_uri_get_option_as_int32          mongo_driver.mongoc_uri_get_option_as_int32
#define mongoc_uri_set_read_prefs_t             mongo_driver.mongoc_uri_set_read_prefs_t
#define mongoc_read_prefs_new                   mongo_driver.mongoc_read_prefs_new
#define mongoc_read_prefs_destroy               mongo_driver.mongoc_read_prefs_destroy
#define mongoc_write_concern_new                mongo_driver.mongoc_write_concern_new
#define mongoc_write_concern_set_w              mongo_driver.mongoc_write_concern_set_w
#define mongoc_write_concern_set_wtimeout_int64 mongo_driver.mongoc_write_concern_set_wtimeout_int64
#define mongoc_write_concern_destroy            mongo_driver.mongoc_write_concern_destroy
#define mongoc_write_concern_is_acknowledged    mongo_driver.mongoc_write_concern_is_acknowledged
#define mongoc_write_concern_get_wmajority      mongo_driver.mongoc_write_concern_get_wmajority
#define mongoc_client_pool_new_with_error       mongo_driver.mongoc_client_pool_new_with_error
#define mongoc_client_pool_set_error_api        mongo_driver.mongoc_client_pool_set_error_api
#define mongoc_client_pool_pop                  mongo_driver.mongoc_client_pool_pop
#define mongoc_client_pool_push                 mongo_driver.mongoc_client_pool_push
#define mongoc_client_pool_destroy              mongo_driver.mongoc_client_pool_destroy
#define mongoc_client_new_from_uri_with_error   mongo_driver.mongoc_client_new_from_uri_with_error
#define mongoc_client_set_error_api             mongo_driver.mongoc_client_set_error_api
#define mongoc_client_destroy                   mongo_driver.mongoc_client_destroy
#define mongoc_client_set_stream_initiator      mongo_driver.mongoc_client_set_stream_initiator
#define mongoc_client_default_stream_initiator  mongo_driver.mongoc_client_default_stream_initiator
#define mongoc_client_get_server_descriptions   mongo_driver.mongoc_client_get_server_descriptions
#define mongoc_server_descriptions_destroy_all  mongo_driver.mongoc_server_descriptions_destroy_all
#define mongoc_server_description_type          mongo_driver.mongoc_server_description_type
#define mongoc_client_get_collection            mongo_driver.mongoc_client_get_collection
#define mongoc_client_command_simple            mongo_driver.mongoc_client_command_simple
#define mongoc_collection_destroy               mongo_driver.mongoc_collection_destroy
#define mongoc_collection_insert_one            mongo_driver.mongoc_collection_insert_one
#define mongoc_collection_update_one            mongo_driver.mongoc_collection_update_one
#define mongoc_collection_replace_one           mongo_driver.mongoc_collection_replace_one
#define mongoc_collection_delete_one            mongo_driver.mongoc_collection_delete_one
#define mongoc_collection_delete_many           mongo_driver.mongoc_collection_delete_many
#define mongoc_collection_find_with_opts        mongo_driver.mongoc_collection_find_with_opts
#define mongoc_collection_find_indexes_with_opts                                                   \
    mongo_driver.mongoc_collection_find_indexes_with_opts
#define mongoc_collection_aggregate mongo_driver.mongoc_collection_aggregate
#define mongoc_collection_find_and_modify_with_opts                                                \
    mongo_driver.mongoc_collection_find_and_modify_with_opts
#define mongoc_find_and_modify_opts_new        mongo_driver.mongoc_find_and_modify_opts_new
#define mongoc_find_and_modify_opts_destroy    mongo_driver.mongoc_find_and_modify_opts_destroy
#define mongoc_find_and_modify_opts_set_update mongo_driver.mongoc_find_and_modify_opts_set_update
#define mongoc_find_and_modify_opts_set_fields mongo_driver.mongoc_find_and_modify_opts_set_fields
#define mongoc_find_and_modify_opts_set_flags  mongo_driver.mongoc_find_and_modify_opts_set_flags
#define mongoc_cursor_next                     mongo_driver.mongoc_cursor_next
#define mongoc_cursor_error                    mongo_driver.mongoc_cursor_error
#define mongoc_cursor_destroy                  mongo_driver.mongoc_cursor_destroy
#define bson_new                               mongo_driver.bson_new
#define bson_copy                              mongo_driver.bson_copy
#define bson_equal                             mongo_driver.bson_equal
#define bson_destroy                           mongo_driver.bson_destroy
#define bcon_new                               mongo_driver.bcon_new
#define bcon_append                            mongo_driver.bcon_append
#define bson_bcon_magic                        mongo_driver.bson_bcon_magic
#define bson_append_utf8                       mongo_driver.bson_append_utf8
#define bson_append_int64                      mongo_driver.bson_append_int64
#define bson_append_bool                       mongo_driver.bson_append_bool
#define bson_append_oid                        mongo_driver.bson_append_oid
#define bson_append_null                       mongo_driver.bson_append_null
#define bson_append_date_time                  mongo_driver.bson_append_date_time
#define bson_append_document                   mongo_driver.bson_append_document
#define bson_append_array                      mongo_driver.bson_append_array
#define bson_append_iter                       mongo_driver.bson_append_iter
#define bson_iter_init_find                    mongo_driver.bson_iter_init_find
#define bson_iter_init                         mongo_driver.bson_iter_init
#define bson_iter_find_descendant              mongo_driver.bson_iter_find_descendant
#define bson_iter_next                         mongo_driver.bson_iter_next
#define bson_iter_key                          mongo_driver.bson_iter_key
#define bson_iter_type                         mongo_driver.bson_iter_type
#define bson_iter_recurse                      mongo_driver.bson_iter_recurse
#define bson_iter_utf8                         mongo_driver.bson_iter_utf8
#define bson_iter_as_int64                     mongo_driver.bson_iter_as_int64
#define bson_iter_double                       mongo_driver.bson_iter_double
#define bson_iter_as_bool                      mongo_driver.bson_iter_as_bool
#define bson_iter_oid                          mongo_driver.bson_iter_oid
#define bson_iter_date_time                    mongo_driver.bson_iter_date_time
#define bson_iter_document                     mongo_driver.bson_iter_document
#define bson_init_static                       mongo_driver.bson_init_static
#define bson_get_data                          mongo_driver.bson_get_data
#define bson_oid_init                          mongo_driver.bson_oid_init
#define bson_oid_init_from_string              mongo_driver.bson_oid_init_from_string
#define bson_oid_to_string                     mongo_driver.bson_oid_to_string
#define bson_oid_equal                         mongo_driver.bson_oid_equal
#endif

#endif
