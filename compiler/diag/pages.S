# All pages of docs/errors, one behind the other, as the Makefile has put them into pages.md; read by page.c.
    .section .rodata
    .global diag_pages, diag_pages_end
diag_pages:
    .incbin "pages.md"
diag_pages_end:
    .section .note.GNU-stack, "", @progbits
