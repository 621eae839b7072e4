/* SPDX-License-Identifier: MIT */
#include "tui/widgets/prompt.h"

void prompt_draw(struct area area, int row, enum style style, const char *label,
                 struct lineedit *edit)
{
    int col = draw_text(area, row, 0, style, label), column;
    char text[1024];

    if (area.width - col < 2)
        return;
    lineedit_view(edit, area.width - col - 1, false, text, sizeof(text),
                  &column);
    draw_text(area, row, col, STYLE_FIELD, text);
    draw_cursor(area, row, col + column);
}
