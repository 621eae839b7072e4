/* SPDX-License-Identifier: MIT */
/*
 * cert_path: the certificates of a verdict as one row of links, from the
 * server's own to the authority, and where the row breaks; for the viewer and
 * `cert show`.
 */
#ifndef POSTSEAL_CORE_TRUST_CERT_PATH_H
#define POSTSEAL_CORE_TRUST_CERT_PATH_H

#include "core/trust/verdict.h"

enum link_origin {
    LINK_SENT,  /* by the server, and needed */
    LINK_KNOWN, /* not sent; found here */
    LINK_UNUSED /* sent, but not in the path */
};

struct cert_link {
    const struct cert *cert; /* of the verdict */
    enum link_origin origin;
};

struct cert_path {
    struct cert_link *links; /* the path first, leaf to authority; then what was
                              * sent for nothing */
    size_t count, used;      /* all; those of the path */
    char *broken; /* NULL, or a sentence: why nothing vouches for the last one
                   * of the path */
};

/* The verdict must outlive the path. */
void cert_path_read(struct cert_path *path, const struct verdict *verdict);
void cert_path_release(struct cert_path *path);

/* The tree, authority first, each deeper by one blank (at most 8): "Root CA
 * (known here)". Of long paths the middle is left out, never what is `shown`.
 * `link` is SIZE_MAX where the row is no certificate. */
struct cert_path_row {
    char *text;
    size_t link;
};
void cert_path_rows(const struct cert_path *path, size_t shown,
                    struct cert_path_row **rows, size_t *count);
void cert_path_rows_free(struct cert_path_row *rows, size_t count);

#endif
