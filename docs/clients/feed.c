/* Follows the feed of a Tidings hub in C: resumes after every fault, and proves that nothing is missing.
 *
 *   cc -O2 -Wall -o feed docs/clients/feed.c -lzmq
 *   ./feed desk.key tcp://127.0.0.1:7401 'event=SANCTION' [AFTER]
 *
 * Prints one envelope a line. docs/protocol.md has the grammar. Heads are read by searching for a member's name, which is enough for the
 * hub's flat heads; a program that has a JSON library uses that.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

enum { WINDOW = 1000, SILENT_AFTER = 3500, HEAD = 4096 };

/* Where this subscription stands. */
struct feed {
    void *socket;
    int welcome;
    uint64_t last;
    char epoch[64];
};

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static uint64_t big_endian(const unsigned char *bytes) {
    uint64_t number = 0;
    for (int i = 0; i < 8; i++) number = number << 8 | bytes[i];
    return number;
}

/* What stands behind "name": in a flat JSON object, or NULL. */
static const char *member(const char *head, const char *name) {
    char quoted[32];
    snprintf(quoted, sizeof quoted, "\"%s\":", name);
    const char *found = strstr(head, quoted);
    return found ? found + strlen(quoted) : NULL;
}

static uint64_t number(const char *head, const char *name) {
    const char *text = member(head, name);
    return text ? strtoull(text, NULL, 10) : 0;
}

static void send2(void *socket, const char *kind, const char *head) {
    if (zmq_send(socket, kind, strlen(kind), ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0)
        zmq_send(socket, head, strlen(head), ZMQ_DONTWAIT);
}

/* Gives a socket a key of the file that 'tidings client add' prints: lines of name = "value". */
static void set_key(void *socket, const char *path, const char *name, int option) {
    char line[256], key[64];
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file)) {
        if (strncmp(line, name, strlen(name)) || sscanf(line + strlen(name), " = \"%40[^\"]\"", key) != 1) continue;
        fclose(file);
        if (!zmq_setsockopt(socket, option, key, strlen(key))) return;
        break;
    }
    fprintf(stderr, "feed: no %s in %s\n", name, path);
    exit(78);
}

static void subscribe(struct feed *feed, void *context, const char *keys, const char *endpoint, const char *filter) {
    int linger = 0, interval = 1000, timeout = 3000, water = 3 * WINDOW;
    int64_t largest = 16 << 20;
    feed->socket = zmq_socket(context, ZMQ_DEALER);
    feed->welcome = 0;
    zmq_setsockopt(feed->socket, ZMQ_LINGER, &linger, sizeof linger);
    zmq_setsockopt(feed->socket, ZMQ_RCVHWM, &water, sizeof water);
    zmq_setsockopt(feed->socket, ZMQ_MAXMSGSIZE, &largest, sizeof largest);
    zmq_setsockopt(feed->socket, ZMQ_HEARTBEAT_IVL, &interval, sizeof interval);
    zmq_setsockopt(feed->socket, ZMQ_HEARTBEAT_TIMEOUT, &timeout, sizeof timeout);
    set_key(feed->socket, keys, "server_key", ZMQ_CURVE_SERVERKEY);
    set_key(feed->socket, keys, "public_key", ZMQ_CURVE_PUBLICKEY);
    set_key(feed->socket, keys, "secret_key", ZMQ_CURVE_SECRETKEY);
    if (zmq_connect(feed->socket, endpoint)) {
        fprintf(stderr, "feed: cannot connect to %s: %s\n", endpoint, zmq_strerror(zmq_errno()));
        exit(1);
    }
    char head[HEAD], epoch[80] = "null";
    if (feed->epoch[0]) snprintf(epoch, sizeof epoch, "\"%s\"", feed->epoch);
    int length = snprintf(head, sizeof head,
        "{\"version\":1,\"filter\":\"%s\",\"after\":%" PRIu64 ",\"epoch\":%s,\"credit\":%d,\"client\":\"feed.c\"}",
        filter, feed->last, epoch, WINDOW);
    if (length >= (int)sizeof head || strpbrk(filter, "\"\\")) {
        fprintf(stderr, "feed: the filter is too long, or has a quotation mark or a backslash; write those as %%22 and %%5C\n");
        exit(64);
    }
    send2(feed->socket, "SUBSCRIBE", head);
}

/* One message: 1 when the subscription goes on, 0 when it must begin anew. */
static int take(struct feed *feed, const char *kind, const unsigned char *head, size_t size, zmq_msg_t *body) {
    const char *text = (const char *)head;
    if (!strcmp(kind, "WELCOME")) {
        const char *epoch = member(text, "epoch");
        if (!epoch || sscanf(epoch, "\"%63[^\"]\"", feed->epoch) != 1) return 1;
        feed->last = number(text, "after");
        feed->welcome = 1;
    } else if (!strcmp(kind, "REFUSED")) {
        if (strstr(text, "\"code\":\"busy\"")) return 0;
        fprintf(stderr, "feed: refused: %s\n", text);
        exit(1);
    } else if (!strcmp(kind, "BYE")) {
        return 0;
    } else if (feed->welcome && !strcmp(kind, "EVENT") && size >= 16 && body) {
        if (big_endian(head + 8) != feed->last) return 0; /* something was missed */
        feed->last = big_endian(head);
        fwrite(zmq_msg_data(body), 1, zmq_msg_size(body), stdout);
        putchar('\n');
        fflush(stdout);
        send2(feed->socket, "CREDIT", "{\"credit\":1}");
    } else if (feed->welcome && !strcmp(kind, "HEARTBEAT")) {
        if (number(text, "last") > feed->last) return 0; /* the end was missed */
        send2(feed->socket, "CREDIT", "{\"credit\":0}"); /* we live */
    }
    return 1; /* what is not known is ignored */
}

/* Receives one message: kind, head and the first body; further frames are dropped. */
static int receive(struct feed *feed) {
    char kind[33] = "";
    unsigned char head[HEAD] = "{}";
    size_t size = 2;
    zmq_msg_t frame, body;
    int more = 1, has_body = 0;
    zmq_msg_init(&body);
    for (int i = 0; more; i++) {
        zmq_msg_init(&frame);
        if (zmq_msg_recv(&frame, feed->socket, 0) < 0) break;
        size_t length = zmq_msg_size(&frame);
        if (i == 0 && length < sizeof kind) {
            memcpy(kind, zmq_msg_data(&frame), length);
        } else if (i == 1 && length < sizeof head) {
            memcpy(head, zmq_msg_data(&frame), size = length);
            head[length] = 0;
        } else if (i == 2) {
            zmq_msg_move(&body, &frame);
            has_body = 1;
        }
        more = zmq_msg_more(i == 2 ? &body : &frame);
        zmq_msg_close(&frame);
    }
    int goes_on = take(feed, kind, head, size, has_body ? &body : NULL);
    zmq_msg_close(&body);
    return goes_on;
}

int main(int count, char **arguments) {
    if (count < 3) {
        fprintf(stderr, "usage: feed KEYFILE ENDPOINT [WHERE [AFTER]]\n");
        return 64;
    }
    void *context = zmq_ctx_new();
    struct feed feed = {.last = count > 4 ? strtoull(arguments[4], NULL, 10) : 0};
    for (;;) {
        subscribe(&feed, context, arguments[1], arguments[2], count > 3 ? arguments[3] : "");
        int64_t heard = now();
        int goes_on = 1;
        while (goes_on && now() - heard < SILENT_AFTER) {
            zmq_pollitem_t item = {.socket = feed.socket, .events = ZMQ_POLLIN};
            if (zmq_poll(&item, 1, 500) > 0) {
                heard = now();
                goes_on = receive(&feed);
            }
        }
        zmq_close(feed.socket);
        struct timespec wait = {.tv_nsec = 100000000};
        nanosleep(&wait, NULL);
    }
}
