/* SPDX-License-Identifier: MIT */
/* limiter.c - see limiter.h. The shared file is a row of slots; a slot is read and written under a lock of its own bytes. */
#include "limiter.h"

#include "classify.h"

#include <fcntl.h>
#include <file.h>
#include <hash.h>
#include <text.h>
#include <time.h>
#include <unistd.h>

enum { SLOTS = 64, MOST_WAIT_MS = 300000, PAUSE_MS = 1000 };

/* --- the shared budget --------------------------------------------------------------------------- */

static int lock_slot(const struct limiter *l, short type)
{
    struct flock range = {.l_type = type,
                          .l_whence = SEEK_SET,
                          .l_start = l->slot * (off_t)sizeof(struct pace),
                          .l_len = sizeof(struct pace)};
    return l->fd >= 0 && fcntl(l->fd, F_OFD_SETLKW, &range) == 0;
}

/* The account's slot, the first free one, or that of the account that was limited longest ago. */
static int64_t find_slot(const struct limiter *l)
{
    static const unsigned char nobody[16];
    struct pace p;
    int64_t oldest = 0, oldest_ms = INT64_MAX;
    for (int64_t i = 0; i < SLOTS; i++) {
        ssize_t n = pread(l->fd, &p, sizeof p, i * (off_t)sizeof p);
        if (n != sizeof p || memcmp(p.account, nobody, sizeof nobody) == 0 ||
            memcmp(p.account, l->account, sizeof p.account) == 0) {
            return i;
        }
        if (p.reset_ms < oldest_ms) {
            oldest_ms = p.reset_ms;
            oldest = i;
        }
    }
    return oldest;
}

static struct pace load(const struct limiter *l)
{
    struct pace p = {.limit = 0};
    if (l->fd < 0) {
        return l->own;
    }
    if (pread(l->fd, &p, sizeof p, l->slot * (off_t)sizeof p) != sizeof p ||
        memcmp(p.account, l->account, sizeof p.account) != 0 || p.newest < 0 ||
        p.newest >= LIMITER_SENT) {
        memset(&p, 0, sizeof p);
        memcpy(p.account, l->account, sizeof p.account);
    }
    return p;
}

static void store(struct limiter *l, const struct pace *p)
{
    l->own = *p;
    if (l->fd >= 0 && pwrite(l->fd, p, sizeof *p, l->slot * (off_t)sizeof *p) != sizeof *p) {
        close(l->fd); /* a full disk: this process goes on by itself */
        l->fd = -1;
    }
}

static void name_account(struct ferry_str credential, unsigned char out[16])
{
    unsigned char digest[32];
    struct sha256 h;
    sha256_init(&h);
    sha256_add(&h, credential);
    sha256_end(&h, digest);
    memcpy(out, digest, 16);
}

void limiter_init(struct limiter *l, const char *folder, struct ferry_str credential, uint32_t most)
{
    struct buf path;
    memset(l, 0, sizeof *l);
    l->fd = -1;
    l->most = most ? most : 1;
    l->window = l->most;
    name_account(credential, l->account);
    memcpy(l->own.account, l->account, sizeof l->account);
    if (!folder) {
        return;
    }
    buf_init(&path, 4096);
    path_join(&path, folder, "limits.2"); /* what an older ferry keeps there has other slots */
    l->fd = path.failed ? -1 : open(buf_cstr(&path), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    buf_finish(&path);
    if (l->fd >= 0) {
        l->slot = find_slot(l);
    }
}

void limiter_finish(struct limiter *l)
{
    if (l->fd > 0) {
        close(l->fd);
    }
    memset(l, 0, sizeof *l);
    l->fd = -1;
}

void limiter_rate(struct limiter *l, uint32_t a_second)
{
    if (a_second && (!l->a_second || a_second < l->a_second)) {
        l->a_second = a_second;
    }
}

/*
 * When as many turns as are allowed in a while lie far enough back: of twenty a second the twentieth last a second, and of more than are
 * remembered accordingly less. A twentieth more of it, since what leaves in time may arrive sooner than what left before it.
 */
static int64_t rate_due(const struct limiter *l, const struct pace *p, int64_t now)
{
    int64_t n = l->a_second < LIMITER_SENT ? l->a_second : LIMITER_SENT;
    if (n == 0) {
        return now;
    }
    int64_t span = n * 1050 / l->a_second;
    int64_t oldest = p->sent_ms[(p->newest + LIMITER_SENT - n + 1) % LIMITER_SENT];
    return oldest <= now && oldest + span > now ? oldest + span
                                                : now; /* later, a clock was wrong */
}

int64_t limiter_turn(struct limiter *l, int64_t now)
{
    int64_t due = now;
    int locked = lock_slot(l, F_WRLCK);
    struct pace p = load(l);
    if (p.limit > 0 && p.reset_ms <= now) { /* a new window; what it holds, the first answer says */
        p.remaining = p.limit;
        p.reset_ms = 0;
    }
    if (p.pause_ms > now && p.pause_ms - now <= MOST_WAIT_MS) { /* further off, a clock was wrong */
        due = p.pause_ms;
    } else if (p.limit > 0 && p.remaining <= 0 && p.reset_ms > now) {
        due = p.reset_ms - now <= MOST_WAIT_MS ? p.reset_ms : now + MOST_WAIT_MS;
    } else if ((due = rate_due(l, &p, now)) == now) {
        p.remaining -= p.limit > 0;
        p.newest = (p.newest + 1) % LIMITER_SENT;
        p.sent_ms[p.newest] = now;
        store(l, &p);
    }
    if (locked) {
        lock_slot(l, F_UNLCK);
    }
    return due;
}

void limiter_give_back(struct limiter *l)
{
    int locked = lock_slot(l, F_WRLCK);
    struct pace p = load(l);
    p.remaining += p.limit > 0;
    p.sent_ms[p.newest] = 0;
    p.newest = (p.newest + LIMITER_SENT - 1) % LIMITER_SENT;
    store(l, &p);
    if (locked) {
        lock_slot(l, F_UNLCK);
    }
}

/* --- what the server says --------------------------------------------------------------------------- */

static struct ferry_str header(const struct ferry_message *m, const char *name)
{
    return ferry_get(m->headers, m->n_headers, ferry_cstr(name));
}

/* The number behind "name=" of a list such as "limit=100, remaining=7;r=3"; -1: none. */
static int64_t member(struct ferry_str list, const char *name)
{
    struct ferry_str part, piece;
    while (str_split(&list, ',', &part)) {
        while (str_split(&part, ';', &piece)) {
            struct ferry_str value = str_trim(piece), key;
            int64_t n;
            str_split(&value, '=', &key);
            if (value.ptr && str_is_nocase(str_trim(key), name) && str_int64(str_trim(value), &n) &&
                n >= 0) {
                return n;
            }
        }
    }
    return -1;
}

static int64_t first_of(int64_t a, int64_t b)
{
    return a >= 0 ? a : b;
}

static int64_t number(struct ferry_str text)
{
    int64_t n;
    return str_int64(str_trim(text), &n) && n >= 0 ? n : -1;
}

/* Seconds of the server's epoch, by the server's own Date where it says one; small numbers are seconds from now. */
static int64_t reset_at(const struct ferry_message *m, int64_t reset, int64_t now)
{
    enum { AN_EPOCH = 1000000000 };
    char text[64];
    struct tm tm = {0};
    struct ferry_str date = header(m, "date");
    if (reset < 0 || reset > INT64_C(100) * AN_EPOCH) {
        return 0;
    }
    if (reset < AN_EPOCH) {
        return now + reset * 1000;
    }
    snprintf(text, sizeof text, "%.*s", STR_ARG(str_sub(date, 0, sizeof text - 1)));
    const char *end = date.ptr ? strptime(text, "%a, %d %b %Y %H:%M:%S GMT", &tm) : NULL;
    int64_t ms = end && !*end ? now + (reset - (int64_t)timegm(&tm)) * 1000 : reset * 1000;
    return ms > now ? ms : now;
}

struct limiter_word limiter_read(const struct ferry_message *m, int64_t now)
{
    struct ferry_str draft = header(m, "ratelimit"), policy = header(m, "ratelimit-policy");
    int64_t reset = number(header(m, "x-ratelimit-reset"));
    struct limiter_word w = {number(header(m, "x-ratelimit-limit")),
                             number(header(m, "x-ratelimit-remaining")), 0};
    w.limit = first_of(w.limit, first_of(member(draft, "limit"), member(policy, "q")));
    w.remaining = first_of(w.remaining, first_of(member(draft, "remaining"), member(draft, "r")));
    reset = first_of(reset, first_of(member(draft, "reset"), member(draft, "t")));
    w.reset_ms = reset_at(m, reset, now);
    return w;
}

/* Answers overtake one another: within one window only the smaller number is news. */
static void take_word(struct limiter *l, struct pace *p, const struct limiter_word *w, int64_t now)
{
    enum { SAME_MS = 1500 };
    if (w->limit <= 0 || w->remaining < 0 || w->reset_ms <= now) {
        return;
    }
    int64_t left = w->remaining - l->under_way; /* which it had not seen yet */
    int same = p->limit > 0 && p->reset_ms > 0 && w->reset_ms < p->reset_ms + SAME_MS;
    p->remaining = same && p->remaining < left ? p->remaining : left;
    p->reset_ms = same ? p->reset_ms : w->reset_ms;
    p->limit = w->limit;
}

static void narrow(struct limiter *l)
{
    l->window = l->window > 1 ? l->window / 2 : 1;
    l->well = 0;
}

static void widen(struct limiter *l)
{
    if (l->window < l->most && ++l->well >= l->window) {
        l->window++;
        l->well = 0;
    }
}

void limiter_heard(struct limiter *l, const struct exchange *x, int64_t now)
{
    l->under_way -= l->under_way > 0;
    if (x->end != EXCHANGE_ANSWERED) {
        if (x->end == EXCHANGE_UNSURE) {
            narrow(l);
        }
        return;
    }
    struct limiter_word w = limiter_read(&x->answer, now);
    int locked = lock_slot(l, F_WRLCK);
    struct pace p = load(l);
    take_word(l, &p, &w, now);
    if (x->answer.status == 429) {
        int64_t until = now + classify_wait(&x->answer, 0, now, PAUSE_MS - 1);
        p.pause_ms = until > p.pause_ms || p.pause_ms - now > MOST_WAIT_MS ? until : p.pause_ms;
    }
    store(l, &p);
    if (locked) {
        lock_slot(l, F_UNLCK);
    }
    if (x->answer.status == 429) {
        narrow(l);
    } else if (x->answer.status < 500) {
        widen(l);
    }
}

uint32_t limiter_window(const struct limiter *l)
{
    return l->window;
}

void limiter_sent(struct limiter *l)
{
    l->under_way++;
}
