/* SPDX-License-Identifier: MIT */
/* The front end: everything that the user and the host's files, sockets and screen have to do with.
 */
#ifndef VITRINE_FRONT_FRONT_H
#define VITRINE_FRONT_FRONT_H

#include <sys/types.h>

#include "ctl/chardev/chardev.h"
#include "ctl/control.h"
#include "ctl/hmp/monitor.h"
#include "ctl/options/options.h"
#include "ctl/qmp/qmp.h"
#include "front/front_images.h"
#include "link/script.h"
#include "link/guest.h"
#include "ui/terminal.h"
#include "ui/sound.h"
#include "ui/window.h"

/* One of the guest's ports: COM1 to COM4, LPT1 to LPT3. */
struct front_port {
    struct front *f;
    unsigned port;
    struct chardev *chr; /* NULL: nobody listens */
};

/* The window's menu. */
enum { MENU_RECENT = 6 };
enum menu_level { MENU_NONE, MENU_MAIN, MENU_IMAGES, MENU_PATH, MENU_KEYS, MENU_SPEED, MENU_SCALING, MENU_QUIT };
struct front_menu {
    enum menu_level level;       /* what is shown */
    enum menu_level chosen_from; /* where the change of a medium under way was asked for */
    unsigned drives[MAX_DRIVES], ndrives;
    unsigned drive;         /* whose images are shown */
    char folder[4096];      /* where they are: "", or with a slash at its end */
    struct path_list files; /* after the menu's first items */
    unsigned first_file;
    char typed[1024], choice[160]; /* a path; what it may become */
    char *recent[MENU_RECENT];
};

struct front {
    struct options *o;
    struct guest guest;
    struct control control;
    struct window *window;
    struct sound *sound;     /* NULL: nobody listens */
    struct front_vnc *vnc;   /* NULL: none */
    struct front_text *text; /* NULL: none */
    bool shows;              /* one of these exists */
    struct front_menu menu;
    char shot[80];     /* the file of the screenshot under way */
    struct buf copied; /* of the text screen, as far as it came */
    uint32_t speed;    /* percent of the host's time, 0: warp */
    pid_t child;
    int child_status;
    int said;             /* the child's standard error; -1: closed */
    struct buf said_line; /* of it, as far as it came */
    size_t said_bytes;
    bool said_cut;
    int signals;         /* a signalfd */
    bool takes_absolute; /* a driver of the guest takes a pointer's absolute coordinates */
    const uint32_t *frames;
    int frame_fd;
    struct script script; /* for the names of its screenshots */

    struct chardev_host chr_host;
    struct chardev *chr[MAX_CHARDEVS];
    unsigned nchrs, chr_at[MAX_CHARDEVS + 1]; /* where each one's descriptors are in poll's list */
    struct front_port port[MAX_PORTS];
    struct chardev *debugcon;
    struct monitor *monitor[MAX_MONITORS];
    struct qmp *qmp[MAX_MONITORS];
    const struct chardev_option *terminal; /* the back end on standard input and output */
    bool held;                             /* LINK_HOLD stopped the machine until readers have caught up */

    int image_fd[MAX_DRIVES]; /* with -snapshot: shares the image's lock with the machine process; -1 */
    struct image_id pidfile;  /* it goes at the end */
    int log;                  /* -D's file, or standard error */
    bool quitting;
    uint64_t deadline; /* host ns: a machine process that has not ended by then is killed */
    uint64_t next_stats, stats_pos, stats_ns, stats_host;
    struct guest_drive drive[MAX_DRIVES]; /* as last asked for */
    uint64_t drive_active[MAX_DRIVES];    /* host ns at which a change in its counts was seen last */
    bool drives_asked;
    uint64_t next_drives;
    struct error err; /* why it ends with status 1 */
};

/* Runs a guest as the options say; the exit status. */
int front_main(struct options *o);

/* front_start.c: opens what the options name, starts the machine process, sends it the
 * configuration. */
bool front_open(struct front *f, struct error *err);
bool front_configure(struct front *f, struct error *err);
bool front_spawn(struct front *f, struct error *err);

/*
 * front_process.c: in a forked process. It becomes the confined one that `which` (MACHINE_PROCESS_ARG, VNC_PROCESS_ARG)
 * names: descriptor 3 is `link`, 2 is `said` (-1: the null device), 0 and 1 are the null device, the environment is
 * empty.
 */
_Noreturn void front_become(const struct jail_user *user, const char *which, int link, int said);

/* front_jail.c: a line for each layer of the confinement that is missing. */
void front_report_jail(uint32_t in_force);
/* Prints some of what the machine process said on its standard error, cleaned and bounded. False: nothing is there. */
enum { FRONT_SAID_LINE = 512, FRONT_SAID_MAX = 64 << 10 };
bool front_take_said(struct front *f);
void front_close_said(struct front *f);

/* front_log.c: -d and -D */
bool front_open_log(struct front *f, struct error *err);
void front_close_log(struct front *f);
void front_log(struct front *f, const char *text, size_t len);
void front_log_guest_error(struct front *f, const char *line);

/* front_text.c: -display curses */
bool front_open_text(struct front *f, struct error *err);
void front_close_text(struct front *f); /* the terminal is put back */
void front_free_text(struct front *f);  /* after guest_close() */
void front_text_changed(struct front *f);
void front_text_redraw(struct front *f); /* something was written over it */
void front_text_resized(struct front *f);
/* True: what is typed should be polled for. Lowers *timeout (ms, -1: none). */
bool front_text_waits(struct front *f, int *timeout);
void front_text_serve(struct front *f, bool typed);

/* front_vnc.c */
bool front_open_vnc(struct front *f, struct error *err);
void front_close_vnc(struct front *f);
int front_vnc_fd(const struct front *f); /* -1: none */
void front_vnc_pump(struct front *f);
void front_vnc_frame(struct front *f, const uint32_t *pixels, const struct frame_info *i);
void front_vnc_pointer_mode(struct front *f);
bool front_vnc_password(void *ctx, const char *text, struct error *err);
void front_vnc_info(void *ctx, struct control_vnc *to);
void front_print_vnc(struct front *f, struct buf *out); /* `info vnc` */

/* front_streams.c: character back ends and who uses them. */
bool front_open_streams(struct front *f, struct error *err);
/* wait=on. False: a signal came first. */
bool front_wait_for_clients(struct front *f);
void front_begin_streams(struct front *f);
/* Fills in at most CHARDEV_FDS descriptors for each; lowers *timeout (ms, -1: none). */
unsigned front_poll_streams(struct front *f, struct pollfd *p, int *timeout);
void front_serve_streams(struct front *f, const struct pollfd *p);
void front_port_taken(struct front *f, unsigned port);
void front_print_streams(struct front *f, struct buf *out); /* `info chardev` */
void front_close_streams(struct front *f);

/*
 * front_media.c: puts an image into a CD or diskette drive, takes out what is there. done is called once, perhaps at
 * once, with a text where it failed. The image is opened, checked and locked as at the start; a guest's locked tray is
 * only overridden by `force`.
 */
void front_change_medium(struct front *f, unsigned drive, const char *path, const char *format,
                         enum medium_access access, bool force, control_done_fn *done, void *ctx);
void front_eject(struct front *f, unsigned drive, bool force, control_done_fn *done, void *ctx);
/* Asks what the drives have done; the answer comes into f->drive and f->drive_active. */
void front_ask_drives(struct front *f);

/* front_window.c: what the window asks for. */
extern const struct window_ops front_window_ops;
const char *front_title(const struct options *o);
void front_set_speed(struct front *f, uint32_t percent);

/* front_menu.c */
void front_menu_main(struct front *f);
void front_menu_chosen(struct front *f, unsigned item);
void front_menu_entered(struct front *f, const char *text);
const char *front_menu_complete(struct front *f, char *text, size_t room);
void front_menu_drop(struct front *f, const char *path);
void front_menu_medium(struct front *f, unsigned drive); /* it was changed, by whomever */
void front_ask_quit(struct front *f);                    /* ends it, or asks before */
void front_menu_free(struct front *f);

/* front_commit.c: struct control's commit; and a drive's image_fd from now on. */
bool front_commit(void *ctx, int drive, control_done_fn *done, void *done_ctx);
void front_keep_image(struct front *f, unsigned drive, int fd);

uint64_t front_now(void); /* host ns */
void front_quit(struct front *f, enum link_cause cause);
void front_complain(const char *text); /* one line on standard error */

#endif
