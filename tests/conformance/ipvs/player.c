// Plays a scenario on the IPVS of this machine's kernel and prints it with what IPVS did. Run as root where nothing else uses IPVS.
//
// usage: player <SCENARIO >RECORD
//
// Lines of a scenario; a server is named by the last octet of 192.0.2.N, a client by ADDRESS:PORT:
//   # comment
//   service SCHEDULER N [FLAGS]     a TCP service at 198.51.100.N:80, in place of the one before
//   add|edit SERVER WEIGHT [UPPER LOWER]
//   delete SERVER
//   syn|fin|ack|rst CLIENT          a segment of the client's
//   ports|hosts CLIENT COUNT        SYNs of so many clients, with consecutive ports or addresses
// The record has a line for each SYN, with " -> SERVER" or " -> none".
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define NETWORK "198.51.100."

static int raw = -1;
static char virtual_address[32];

static void fail(const char *what, const char *line)
{
    fprintf(stderr, "player: %s: %s (%s)\n", what, line, strerror(errno));
    exit(1);
}

static void run(const char *command)
{
    if (system(command) != 0)
        fail("command failed", command);
}

static uint16_t sum(const void *data, size_t length, uint32_t start)
{
    const uint8_t *byte = data;
    uint32_t total = start;
    for (size_t i = 0; i + 1 < length; i += 2)
        total += (uint32_t)byte[i] << 8 | byte[i + 1];
    while (total >> 16)
        total = (total & 0xFFFF) + (total >> 16);
    return (uint16_t)~total;
}

static void send_segment(const char *kind, struct in_addr address, uint16_t port)
{
    struct {
        struct iphdr ip;
        struct tcphdr tcp;
    } packet = {
        .ip = { .version = 4, .ihl = 5, .tot_len = htons(sizeof packet), .ttl = 64, .protocol = IPPROTO_TCP, .saddr = address.s_addr,
                .daddr = inet_addr(virtual_address) },
        .tcp = { .source = htons(port), .dest = htons(80), .seq = htonl(1), .doff = 5, .window = htons(1000) },
    };
    packet.tcp.syn = strcmp(kind, "syn") == 0;
    packet.tcp.fin = strcmp(kind, "fin") == 0;
    packet.tcp.rst = strcmp(kind, "rst") == 0;
    packet.tcp.ack = !packet.tcp.syn && !packet.tcp.rst;
    uint32_t pseudo = IPPROTO_TCP + sizeof packet.tcp;
    for (int i = 0; i < 4; i++)
        pseudo += ntohs(((uint16_t *)&packet.ip.saddr)[i]);
    packet.tcp.check = htons(sum(&packet.tcp, sizeof packet.tcp, pseudo));
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = packet.ip.daddr };
    // Without a server IPVS refuses the packet; that is a result.
    if (sendto(raw, &packet, sizeof packet, 0, (struct sockaddr *)&to, sizeof to) < 0 && errno != ECONNREFUSED && errno != EPERM && errno != EHOSTUNREACH)
        fail("sendto", kind);
}

// Counts the client's connections; the last octet of the server that has the last of them goes to *server.
static unsigned connections_of(struct in_addr address, uint16_t port, unsigned *server)
{
    char line[256], protocol[8];
    unsigned count = 0, client, client_port, virtual, virtual_port, real, real_port;
    FILE *table = fopen("/proc/net/ip_vs_conn", "r");
    if (!table)
        fail("open", "/proc/net/ip_vs_conn");
    while (fgets(line, sizeof line, table)) {
        if (sscanf(line, "%7s %x %x %x %x %x %x", protocol, &client, &client_port, &virtual, &virtual_port, &real, &real_port) == 7
            && client == ntohl(address.s_addr) && client_port == port && virtual == ntohl(inet_addr(virtual_address))) {
            *server = real & 0xFF;
            count++;
        }
    }
    fclose(table);
    return count;
}

// The last octet of the server that has the client's connection, or 0. One that another has taken the place of is still there for a moment.
static unsigned server_of(struct in_addr address, uint16_t port)
{
    unsigned server = 0;
    for (int tries = 0; connections_of(address, port, &server) > 1; tries++) {
        if (tries == 500)
            fail("two connections", inet_ntoa(address));
        usleep(10000);
    }
    return server;
}

static uint16_t parse_client(const char *line, const char *client, struct in_addr *address)
{
    char text[64];
    snprintf(text, sizeof text, "%s", client);
    char *colon = strchr(text, ':');
    if (!colon)
        fail("no port", line);
    *colon = 0;
    if (!inet_aton(text, address))
        fail("no address", line);
    return (uint16_t)atoi(colon + 1);
}

static void play_syn(struct in_addr address, uint16_t port)
{
    send_segment("syn", address, port);
    unsigned server = server_of(address, port);
    printf("syn %s:%u -> ", inet_ntoa(address), port);
    if (server)
        printf("%u\n", server);
    else
        puts("none");
}

static void play_segments(const char *line, const char *kind, const char *client, unsigned count)
{
    struct in_addr address;
    uint16_t port = parse_client(line, client, &address);
    if (strcmp(kind, "syn") == 0) {
        play_syn(address, port);
    } else if (strcmp(kind, "ports") == 0) {
        for (unsigned i = 0; i < count; i++)
            play_syn(address, (uint16_t)(port + i));
    } else if (strcmp(kind, "hosts") == 0) {
        for (unsigned i = 0; i < count; i++) {
            struct in_addr next = { .s_addr = htonl(ntohl(address.s_addr) + i) };
            play_syn(next, port);
        }
    } else {
        send_segment(kind, address, port);
        puts(line);
    }
}

static void serve(const char *line, const char *scheduler, unsigned host)
{
    char flags[64] = "", command[512];
    sscanf(line, "service %*s %*u %63s", flags);
    snprintf(virtual_address, sizeof virtual_address, NETWORK "%u", host);
    snprintf(command, sizeof command, "ipvsadm -C; ip address replace %s/32 dev lo; ipvsadm -A -t %s:80 -s %s %s %s", virtual_address, virtual_address, scheduler,
             flags[0] ? "-b" : "", flags);
    run(command);
    puts(line);
}

static void play(const char *line)
{
    char verb[16] = "", first[64] = "", command[512];
    unsigned weight = 0, upper = 0, lower = 0;
    int words = sscanf(line, "%15s %63s %u %u %u", verb, first, &weight, &upper, &lower);
    if (words <= 0 || verb[0] == '#') {
        puts(line);
    } else if (strcmp(verb, "service") == 0) {
        serve(line, first, weight);
    } else if (strcmp(verb, "add") == 0 || strcmp(verb, "edit") == 0) {
        snprintf(command, sizeof command, "ipvsadm -%c -t %s:80 -r 192.0.2.%s:80 -g -w %u -x %u -y %u", verb[0], virtual_address, first, weight, upper, lower);
        if (words < 3)
            fail("no weight", line);
        run(command);
        puts(line);
    } else if (strcmp(verb, "delete") == 0) {
        snprintf(command, sizeof command, "ipvsadm -d -t %s:80 -r 192.0.2.%s:80", virtual_address, first);
        run(command);
        puts(line);
    } else {
        play_segments(line, verb, first, weight);
    }
}

int main(void)
{
    char line[256];
    int on = 1;
    raw = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
    if (raw < 0 || setsockopt(raw, IPPROTO_IP, IP_HDRINCL, &on, sizeof on) < 0)
        fail("socket", "raw");
    // Servers are reached over a link that swallows all; the virtual address is local, as with a director that holds it.
    run("ip link add sink type dummy && ip link set sink up && ip address add 192.0.2.254/24 dev sink && ip route add default dev sink");
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = 0;
        play(line);
    }
    return 0;
}
