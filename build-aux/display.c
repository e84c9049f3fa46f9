/* SPDX-License-Identifier: MIT */
/*
 * display.c: tells whether SDL can open a window that somebody can see.  Exit status 0 and the
 * driver's name, else 1 and the reason.  SDL's "offscreen" and "dummy" drivers show nothing, and
 * a console driver would take the terminal away, so only X11 and Wayland count.
 */
#include <SDL.h>
#include <stdio.h>
#include <string.h>

int main(void)
{
    SDL_SetMainReady();
    if (SDL_Init(SDL_INIT_VIDEO) != 0) {
        printf("%s\n", SDL_GetError());
        return 1;
    }
    const char *driver = SDL_GetCurrentVideoDriver();
    int usable = driver && (!strcmp(driver, "x11") || !strcmp(driver, "wayland"));
    printf(usable ? "%s\n" : "SDL has only its %s driver\n", driver ? driver : "null");
    SDL_Quit();
    return !usable;
}
