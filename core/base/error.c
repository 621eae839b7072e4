/* SPDX-License-Identifier: MIT */
#include "core/base/error.h"

#include "core/base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool error_set(struct error *e, enum error_code code, const char *format, ...)
{
    char text[2048];
    va_list args;

    if (!e)
        return false;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    e->code = code;
    text_safe_string(e->text, sizeof(e->text), text);
    return false;
}

bool error_errno(struct error *e, enum error_code code, int errnum,
                 const char *format, ...)
{
    char text[2048];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    return error_set(e, code, "%s: %s", text, strerror(errnum));
}
