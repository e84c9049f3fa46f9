/* SPDX-License-Identifier: MIT */
/* The front end's loop: the machine's link, the window, QMP, the terminal and signals, until the
 * machine has ended. */
#include "config.h"

#include "front/front.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bits.h"
#include "ctl/host_file.h"
#include "ctl/images.h"
#include "ui/picture.h"

#define SECOND        UINT64_C(1000000000)
#define QUIT_PATIENCE (10 * SECOND) /* a machine process that does not end by itself is killed then */
enum { STATS_MS = 1000, QUITTING_MS = 100 };

uint64_t front_now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * SECOND + (uint64_t)ts.tv_nsec;
}

void front_complain(const char *text)
{
    fprintf(stderr, "vitrine: %s\n", text);
}

static void tell_qmp(struct front *f, enum link_event ev, bool by_guest, enum link_cause cause)
{
    for (unsigned i = 0; i < MAX_MONITORS; i++)
        if (f->qmp[i])
            qmp_event(f->qmp[i], ev, by_guest, cause);
}

void front_quit(struct front *f, enum link_cause cause)
{
    if (f->quitting)
        return;
    f->quitting = true;
    f->deadline = front_now() + QUIT_PATIENCE;
    tell_qmp(f, LINK_EV_SHUTDOWN, false, cause);
    guest_quit(&f->guest);
}

static void end_with(struct front *f, const char *text)
{
    if (!f->err.text[0])
        error_set(&f->err, "%s", text);
    front_quit(f, LINK_CAUSE_HOST_SIGNAL);
}

/* What the machine reports. */

/* -daemonize: the terminal is let go of. */
static void let_go(struct front *f)
{
    static const char made = 1;
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (null >= 0) {
        dup2(null, STDOUT_FILENO);
        dup2(null, STDERR_FILENO);
        close(null);
    }
    /* A parent that is gone is no reason to end. */
    while (write(f->o->daemon_fd, &made, 1) < 0 && errno == EINTR)
        ;
    close(f->o->daemon_fd);
    f->o->daemon_fd = -1;
}

static void on_ready(void *ctx, uint32_t jail)
{
    struct front *f = ctx;
    front_report_jail(jail);
    front_text_redraw(f);
    if (f->o->daemonize)
        let_go(f);
}

static void on_event(void *ctx, enum link_event ev, bool by_guest, enum link_cause cause)
{
    struct front *f = ctx;
    tell_qmp(f, ev, by_guest, cause);
    if (ev == LINK_EV_STOP)
        sound_stop(f->sound);
    f->next_stats = 0;
}

static void on_serial(void *ctx, unsigned port, const uint8_t *data, size_t len)
{
    struct front *f = ctx;
    if (f->port[port].chr)
        chardev_write(f->port[port].chr, data, len);
}

static void on_audio(void *ctx, uint64_t at, const int16_t *samples, size_t n)
{
    struct front *f = ctx;
    sound_play(f->sound, at, samples, n);
}

static void on_debugcon(void *ctx, const uint8_t *data, size_t len)
{
    struct front *f = ctx;
    if (f->debugcon)
        chardev_write(f->debugcon, data, len);
}

static void on_log(void *ctx, const char *text, size_t len)
{
    front_log(ctx, text, len);
}

static void on_taken(void *ctx, unsigned port)
{
    front_port_taken(ctx, port);
}

static void on_frame(void *ctx, const struct frame_info *i)
{
    struct front *f = ctx;
    struct error err;
    uint8_t slot = (uint8_t)i->slot;
    const uint32_t *pixels = f->frames + i->slot * (FRAME_SLOT_BYTES / 4);
    if (f->window && !window_frame(f->window, pixels, i->w, i->h, i->y0, i->y1, &err))
        end_with(f, err.text);
    front_vnc_frame(f, pixels, i);
    front_text_changed(f);
    link_send(&f->guest.link, LINK_FRAME_DONE, &slot, 1);
}

static void on_stats(void *ctx, uint64_t pos, uint64_t ns, bool halted)
{
    struct front *f = ctx;
    uint64_t host = front_now();
    char speed[48] = "";
    double dt = (double)(host - f->stats_host);
    bool running = f->guest.state == LINK_STATE_RUNNING;
    if (f->stats_host && running && dt > 0 && pos >= f->stats_pos && ns >= f->stats_ns)
        snprintf(speed, sizeof speed, "%.0f %%, %.0f MIPS", (double)(ns - f->stats_ns) / dt * 100,
                 (double)(pos - f->stats_pos) / dt * 1000);
    char limit[24] = "";
    if (f->speed != 100)
        snprintf(limit, sizeof limit, "limit %u %%", f->speed);
    f->stats_pos = pos;
    f->stats_ns = ns;
    f->stats_host = host;
    if (f->window)
        window_status(f->window, speed,
                      f->guest.state == LINK_STATE_SHUTDOWN ? "powered off"
                      : !running                            ? "paused"
                      : !f->speed                           ? "warp"
                      : limit[0]                            ? limit
                      : halted                              ? "halted"
                                                            : "");
}

static void on_line(void *ctx, bool guest_error, const char *text)
{
    struct front *f = ctx;
    if (guest_error)
        front_log_guest_error(f, text);
    else
        front_complain(text);
    front_text_redraw(f);
}

static void on_picture(void *ctx, unsigned number, uint32_t w, uint32_t h, const uint8_t *pixels)
{
    struct front *f = ctx;
    struct error err;
    const char *path = script_shot(&f->script, number);
    if (path && !control_save_picture(&f->control, path, false, w, h, pixels, &err))
        end_with(f, err.text);
}

static void on_lights(void *ctx, uint8_t reads, uint8_t writes)
{
    struct front *f = ctx;
    if (f->window)
        window_lights(f->window, reads, writes);
}

static void on_tray(void *ctx, unsigned drive, bool open)
{
    struct front *f = ctx;
    const struct drive_option *d = &f->o->drive[drive];
    for (unsigned i = 0; i < MAX_MONITORS; i++)
        if (f->qmp[i])
            qmp_tray_event(f->qmp[i], d->id, d->qdev[0] ? d->qdev : drive_place(drive), open);
}

static void on_pointer_is(void *ctx, bool absolute)
{
    struct front *f = ctx;
    f->takes_absolute = absolute;
    if (f->window)
        window_pointer_mode(f->window, absolute);
    front_vnc_pointer_mode(f);
}

static void on_qmp_quit(void *ctx)
{
    front_quit(ctx, LINK_CAUSE_HOST_QMP);
}

static bool front_info(void *ctx, const char *what, struct buf *out)
{
    struct front *f = ctx;
    if (!strcmp(what, "chardev"))
        front_print_streams(f, out);
    else if (!strcmp(what, "vnc"))
        front_print_vnc(f, out);
    else
        return false;
    return true;
}

static pid_t machine_pid(void *ctx)
{
    const struct front *f = ctx;
    return f->child;
}

/* The loop. */

static void take_signal(struct front *f)
{
    struct signalfd_siginfo s;
    if (read(f->signals, &s, sizeof s) != sizeof s || s.ssi_signo == SIGCHLD)
        return;
    if (s.ssi_signo == SIGWINCH) {
        front_text_resized(f);
        return;
    }
    /* Asked again after a while, not by the same key that reaches the shell's whole group and timeout(1) passes on. */
    if (f->quitting && front_now() + QUIT_PATIENCE > f->deadline + SECOND)
        f->deadline = 0;
    front_quit(f, LINK_CAUSE_HOST_SIGNAL);
}

enum { P_LINK, P_SIGNALS, P_VNC, P_TYPED, P_SAID, P_COUNT, P_MAX = P_COUNT + CHARDEV_FDS * MAX_CHARDEVS };

static unsigned poll_setup(struct front *f, struct pollfd *p, int *timeout)
{
    p[P_LINK] = (struct pollfd){.fd = f->guest.link.fd,
                                .events = (short)(POLLIN | (link_queued(&f->guest.link) ? POLLOUT : 0))};
    p[P_SIGNALS] = (struct pollfd){.fd = f->signals, .events = POLLIN};
    p[P_TYPED] = (struct pollfd){.fd = front_text_waits(f, timeout) ? STDIN_FILENO : -1, .events = POLLIN};
    p[P_VNC] = (struct pollfd){.fd = front_vnc_fd(f), .events = POLLIN};
    p[P_SAID] = (struct pollfd){.fd = f->said, .events = POLLIN};
    return P_COUNT + front_poll_streams(f, p + P_COUNT, timeout);
}

/* For the disk lights: often enough to be seen, seldom enough to cost nothing. */
static void ask_stats(struct front *f)
{
    enum { DRIVES_EVERY = SECOND / 10 };
    uint64_t now = front_now();
    if (f->window && now >= f->next_drives) {
        f->next_drives = now + DRIVES_EVERY;
        front_ask_drives(f);
    }
    if (!f->window || now < f->next_stats)
        return;
    f->next_stats = now + SECOND;
    guest_ask_stats(&f->guest);
}

/* A machine process that was told to end, or has said that it does, does so soon. */
static void await_end(struct front *f)
{
    if (f->guest.over && !f->quitting) {
        f->quitting = true;
        f->deadline = front_now() + QUIT_PATIENCE;
    }
    if (!f->quitting || f->guest.gone || front_now() <= f->deadline)
        return;
    if (!f->guest.over)
        error_set(&f->err, "the machine process did not end in time and was killed");
    f->guest.gone = true;
}

static void turn(struct front *f)
{
    struct pollfd p[P_MAX];
    int ms = f->quitting ? QUITTING_MS : f->window ? STATS_MS : -1;
    unsigned n = poll_setup(f, p, &ms);
    int ready = f->window ? window_poll(f->window, p, n, ms) : poll(p, n, ms);
    if (ready < 0)
        for (unsigned i = 0; i < n; i++)
            p[i].revents = 0;
    if (ready < 0 && errno != EINTR) {
        end_with(f, strerror(errno));
        f->deadline = 0;
    }
    if (p[P_SIGNALS].revents)
        take_signal(f);
    guest_flush(&f->guest);
    if (p[P_LINK].revents & (POLLIN | POLLHUP | POLLERR))
        guest_receive(&f->guest);
    if (p[P_SAID].revents && front_take_said(f))
        front_text_redraw(f);
    front_serve_streams(f, p + P_COUNT);
    if (p[P_VNC].revents)
        front_vnc_pump(f);
    front_text_serve(f, p[P_TYPED].revents != 0);
    if (f->window)
        window_pump(f->window);
    ask_stats(f);
    await_end(f);
}

static const char *signal_hint(int sig)
{
    return sig == SIGSYS ? " (a system call that it may not make)" : sig == SIGKILL ? " (out of memory, perhaps)" : "";
}

/* Whether the machine process ends by itself now that it has closed its link. */
static bool ends_by_itself(const struct front *f)
{
    enum { TRIES = 50, PAUSE_MS = 10 };
    siginfo_t info = {.si_pid = 0};
    bool trusted = !f->guest.distrusted && !f->err.text[0];
    for (unsigned i = 0; trusted && i < TRIES && !info.si_pid; i++) {
        if (i)
            poll(NULL, 0, PAUSE_MS);
        if (waitid(P_PID, (id_t)f->child, &info, WEXITED | WNOHANG | WNOWAIT) < 0)
            return true;
    }
    return info.si_pid != 0;
}

static void say_how_it_ended(const struct front *f, bool killed, int status)
{
    char text[256];
    if (f->guest.distrusted)
        snprintf(text, sizeof text, "the machine process sent what it must not send (%.160s), and was ended",
                 f->guest.broke.text);
    else if (killed)
        snprintf(text, sizeof text, "the machine process closed its link without a word, and was ended");
    else if (WIFSIGNALED(status))
        snprintf(text, sizeof text, "the machine process was ended by signal %d, %s%s", WTERMSIG(status),
                 strsignal(WTERMSIG(status)), signal_hint(WTERMSIG(status)));
    else
        snprintf(text, sizeof text, "the machine process ended by itself with status %d", WEXITSTATUS(status));
    front_complain(text);
}

/* The machine has ended, or must: what to say and the exit status. */
static int conclude(struct front *f)
{
    int status = 0;
    bool killed = f->child > 0 && !ends_by_itself(f);
    if (f->child > 0) {
        kill(f->child, SIGKILL);
        while (waitpid(f->child, &status, 0) < 0 && errno == EINTR)
            ;
    }
    while (front_take_said(f))
        ;
    if (f->err.text[0]) {
        front_complain(f->err.text);
        return 1;
    }
    if (f->guest.over && !f->guest.distrusted) {
        if (f->guest.why[0])
            front_complain(f->guest.why);
        return f->guest.status;
    }
    say_how_it_ended(f, killed, status);
    return 1;
}

static bool catch_signals(struct front *f, struct error *err)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGWINCH);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* `ulimit -f`: a write fails with EFBIG */
    f->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return f->signals >= 0 || error_set(err, "cannot wait for signals: %s", strerror(errno));
}

static bool open_window(struct front *f, struct error *err)
{
    if (!front_open_vnc(f, err) || !front_open_text(f, err))
        return false;
    if (f->o->display == DISPLAY_SDL) {
        f->window = window_open(front_title(f->o), f->o->full_screen, &front_window_ops, f, err);
        if (!f->window)
            return false;
        if (f->o->show_cursor)
            window_keep_cursor(f->window);
    }
    f->shows = f->window || f->vnc || f->text;
    if (f->shows)
        f->frame_fd = frame_create(&f->frames, err);
    return f->frame_fd >= 0 || !f->shows;
}

/* After the window, which owns SDL. */
static bool open_sound(struct front *f, struct error *err)
{
    const struct options *o = f->o;
    if (o->audio == AUDIO_SDL) {
        f->sound = sound_sdl(front_complain);
        return f->sound || error_set(err, "out of memory");
    }
    if (o->audio != AUDIO_WAV)
        return true;
    int fd = host_file_stream("-audiodev wav,path=", o->audio_path, STREAM_FILE, false, o, err);
    if (fd >= 0)
        f->sound = sound_wav(fd, front_complain);
    return f->sound || (fd >= 0 && error_set(err, "out of memory"));
}

static bool write_pidfile(struct front *f, struct error *err)
{
    char text[24];
    struct stat st;
    const char *path = f->o->pidfile;
    if (!path)
        return true;
    int n = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    if (!host_file_save("-pidfile", path, text, (size_t)n, f->o, err))
        return false;
    f->pidfile.there = stat(path, &st) == 0 && S_ISREG(st.st_mode);
    f->pidfile.dev = st.st_dev;
    f->pidfile.ino = st.st_ino;
    return true;
}

/* The file goes, if it is still the one that was made. */
static void remove_pidfile(struct front *f)
{
    struct stat st;
    if (f->pidfile.there && stat(f->o->pidfile, &st) == 0 && st.st_dev == f->pidfile.dev && st.st_ino == f->pidfile.ino)
        unlink(f->o->pidfile);
}

/* -runas: what root is needed for is open. The machine process did so when it was made. */
static bool change_user(struct front *f, struct error *err)
{
    return jail_user_become(&f->o->runas) || error_set(err, "-runas: cannot become that user: %s", strerror(errno));
}

static bool start(struct front *f, struct error *err)
{
    return catch_signals(f, err) && front_open(f, err) && front_open_log(f, err) && write_pidfile(f, err) &&
           front_spawn(f, err) && open_window(f, err) && open_sound(f, err) && front_wait_for_clients(f) &&
           front_configure(f, err) && change_user(f, err);
}

/* A machine process that was started in vain. It is waited for, since it holds what it was given,
 * locks too, until its end. */
static void dismiss(struct front *f)
{
    int status;
    if (f->child <= 0)
        return;
    kill(f->child, SIGKILL);
    while (waitpid(f->child, &status, 0) < 0 && errno == EINTR)
        ;
    while (front_take_said(f))
        ;
}

static void close_all(struct front *f)
{
    remove_pidfile(f);
    guest_close(&f->guest);
    front_close_said(f);
    front_free_text(f);
    front_close_streams(f);
    front_close_log(f);
    front_close_vnc(f);
    sound_close(f->sound);
    window_close(f->window);
    front_menu_free(f);
    buf_free(&f->copied);
    f->window = NULL;
    script_free(&f->script);
    images_close(f->o);
    for (unsigned i = 0; i < MAX_DRIVES; i++)
        free(f->control.tray[i].file);
    for (unsigned i = 0; i < MAX_DRIVES; i++)
        front_keep_image(f, i, -1);
    terminal_restore();
}

static void on_change_medium(void *ctx, unsigned drive, const char *path, const char *format, enum medium_access access,
                             bool force, control_done_fn *done, void *done_ctx)
{
    front_change_medium(ctx, drive, path, format, access, force, done, done_ctx);
}

static void on_eject(void *ctx, unsigned drive, bool force, control_done_fn *done, void *done_ctx)
{
    front_eject(ctx, drive, force, done, done_ctx);
}

int front_main(struct options *o)
{
    static const struct guest_ops ops = {
        .ready = on_ready,
        .event = on_event,
        .serial = on_serial,
        .debugcon = on_debugcon,
        .audio = on_audio,
        .frame = on_frame,
        .stats = on_stats,
        .line = on_line,
        .picture = on_picture,
        .lights = on_lights,
        .pointer = on_pointer_is,
        .taken = on_taken,
        .log = on_log,
        .tray = on_tray,
    };
    struct front *f = calloc(1, sizeof *f);
    if (!f) {
        front_complain("out of memory");
        return 1;
    }
    f->o = o;
    f->speed = o->speed;
    f->frame_fd = f->signals = f->log = f->said = -1;
    for (unsigned i = 0; i < MAX_DRIVES; i++)
        f->image_fd[i] = -1;
    guest_init(&f->guest, -1, &ops, f);
    f->control = (struct control){.guest = &f->guest,
                                  .name = o->name ? o->name : "",
                                  .encode_picture = picture_encode,
                                  .quit = on_qmp_quit,
                                  .vnc = front_vnc_info,
                                  .vnc_password = front_vnc_password,
                                  .info = front_info,
                                  .change_medium = on_change_medium,
                                  .eject = on_eject,
                                  .ctx = f,
                                  .o = o,
                                  .commit = front_commit,
                                  .machine_pid = machine_pid};
    int status = 1;
    if (start(f, &f->err)) {
        if (f->terminal)
            terminal_raw(f->terminal->keep_signals);
        front_begin_streams(f);
        while (!f->guest.gone)
            turn(f);
        front_close_text(f); /* what is to be said is said on the terminal as it was */
        status = conclude(f);
    } else {
        front_close_text(f);
        status = f->err.text[0] != 0;
        if (status)
            front_complain(f->err.text);
        dismiss(f);
    }
    close_all(f);
    free(f);
    return status;
}
