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
// Scenarios of persistence have several services, with servers behind address translation:
//   also tcp|udp N PORT SCHEDULER [TIMEOUT [MASK]]   a service at 198.51.100.N beside the others; what follows is about it
//   also mark N 0 SCHEDULER [TIMEOUT [MASK]]         a service of a firewall mark
//   real|weigh SERVER PORT WEIGHT   adds or changes a server; "weigh" and "remove SERVER PORT" name it as it was added
//   mark N                          the mark of the packets that follow
//   tcp|udp CLIENT N:PORT           a SYN or a datagram to 198.51.100.N
//   end CLIENT N:PORT               a RST
//   ack CLIENT N:PORT               an ACK
//   wait SECONDS
//   quiescent 0|1                   expire_quiescent_template
//   templates                       a line for each template: how long it has, in tens of seconds, last
//   loads                           a line for each server of the service: templates, active and inactive connections
// Scenarios of connections:
//   walks ADDRESS EVENTS LENGTH [SERVER:PORT]  every sequence of events up to a length that begins with a SYN, each on a port of its own: s, f, a, r are the client's
//                                              SYN, FIN, ACK and RST, capital letters the server's; a line for each, with the state and how long it lasts
//   connection CLIENT                          its state, how long it lasts, to the next even number of seconds, and its server
//   set NAME VALUE                             a setting under net.ipv4.vs
//   timeouts TCP FIN UDP                       as by ipvsadm --set
// The record has a line for each SYN or datagram, with " -> SERVER" or " -> none"; the server's port with it where N:PORT was given.
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define NETWORK "198.51.100."

static int raw = -1;
static char virtual_address[32];
static char service[64]; // as ipvsadm is told it

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

static void send_tcp(const char *kind, struct in_addr from, uint16_t port, struct in_addr target, uint16_t to_port, int acknowledges)
{
    struct {
        struct iphdr ip;
        struct tcphdr tcp;
    } packet = {
        .ip = { .version = 4, .ihl = 5, .tot_len = htons(sizeof packet), .ttl = 64, .protocol = IPPROTO_TCP, .saddr = from.s_addr,
                .daddr = target.s_addr },
        .tcp = { .source = htons(port), .dest = htons(to_port), .seq = htonl(1), .doff = 5, .window = htons(1000) },
    };
    packet.tcp.syn = strcmp(kind, "syn") == 0;
    packet.tcp.fin = strcmp(kind, "fin") == 0;
    packet.tcp.rst = strcmp(kind, "rst") == 0;
    packet.tcp.ack = acknowledges;
    uint32_t pseudo = IPPROTO_TCP + sizeof packet.tcp;
    for (int i = 0; i < 4; i++)
        pseudo += ntohs(((uint16_t *)&packet.ip.saddr)[i]);
    packet.tcp.check = htons(sum(&packet.tcp, sizeof packet.tcp, pseudo));
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = packet.ip.daddr };
    // Without a server IPVS refuses the packet; that is a result.
    if (sendto(raw, &packet, sizeof packet, 0, (struct sockaddr *)&to, sizeof to) < 0 && errno != ECONNREFUSED && errno != EPERM && errno != EHOSTUNREACH)
        fail("sendto", kind);
}

static void send_segment(const char *kind, struct in_addr address, uint16_t port, uint16_t to_port)
{
    struct in_addr target = { .s_addr = inet_addr(virtual_address) };
    send_tcp(kind, address, port, target, to_port, strcmp(kind, "syn") != 0 && strcmp(kind, "rst") != 0);
}

// Counts the client's connections; the last octet of the server that has the last of them goes to *server.
static unsigned connections_of(struct in_addr address, uint16_t port, uint16_t to_port, const char *transport, unsigned *server, unsigned *server_port)
{
    char line[256], protocol[8];
    unsigned count = 0, client, client_port, virtual, virtual_port, real, real_port;
    FILE *table = fopen("/proc/net/ip_vs_conn", "r");
    if (!table)
        fail("open", "/proc/net/ip_vs_conn");
    while (fgets(line, sizeof line, table)) {
        if (sscanf(line, "%7s %x %x %x %x %x %x", protocol, &client, &client_port, &virtual, &virtual_port, &real, &real_port) == 7
            && client == ntohl(address.s_addr) && client_port == port && virtual == ntohl(inet_addr(virtual_address))
            && virtual_port == to_port && strcasecmp(protocol, transport) == 0) {
            *server = real & 0xFF;
            *server_port = real_port;
            count++;
        }
    }
    fclose(table);
    return count;
}

// The last octet of the server that has the client's connection, or 0. One that another has taken the place of is still there for a moment.
static unsigned server_of(struct in_addr address, uint16_t port, uint16_t to_port, const char *transport, unsigned *server_port)
{
    unsigned server = 0;
    for (int tries = 0; connections_of(address, port, to_port, transport, &server, server_port) > 1; tries++) {
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
    unsigned server_port;
    send_segment("syn", address, port, 80);
    unsigned server = server_of(address, port, 80, "tcp", &server_port);
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
        send_segment(kind, address, port, 80);
        puts(line);
    }
}

static void serve(const char *line, const char *scheduler, unsigned host)
{
    char flags[64] = "", command[512];
    sscanf(line, "service %*s %*u %63s", flags);
    snprintf(virtual_address, sizeof virtual_address, NETWORK "%u", host);
    snprintf(service, sizeof service, "-t %s:80", virtual_address);
    snprintf(command, sizeof command, "ipvsadm -C; ip address replace %s/32 dev lo; ipvsadm -A -t %s:80 -s %s %s %s", virtual_address, virtual_address, scheduler,
             flags[0] ? "-b" : "", flags);
    run(command);
    puts(line);
}

static void send_datagram(struct in_addr address, uint16_t port, uint16_t to_port)
{
    struct {
        struct iphdr ip;
        struct udphdr udp;
    } packet = {
        .ip = { .version = 4, .ihl = 5, .tot_len = htons(sizeof packet), .ttl = 64, .protocol = IPPROTO_UDP, .saddr = address.s_addr,
                .daddr = inet_addr(virtual_address) },
        .udp = { .source = htons(port), .dest = htons(to_port), .len = htons(sizeof packet.udp) },
    };
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = packet.ip.daddr };
    if (sendto(raw, &packet, sizeof packet, 0, (struct sockaddr *)&to, sizeof to) < 0 && errno != ECONNREFUSED && errno != EPERM && errno != EHOSTUNREACH)
        fail("sendto", "udp");
}

static void play_packet(const char *line, const char *kind, const char *client, const char *to)
{
    struct in_addr address;
    unsigned host, to_port, server_port = 0;
    uint16_t port = parse_client(line, client, &address);
    if (sscanf(to, "%u:%u", &host, &to_port) != 2)
        fail("no destination", line);
    snprintf(virtual_address, sizeof virtual_address, NETWORK "%u", host);
    if (strcmp(kind, "udp") == 0)
        send_datagram(address, port, (uint16_t)to_port);
    else
        send_segment(strcmp(kind, "tcp") == 0 ? "syn" : strcmp(kind, "end") == 0 ? "rst" : kind, address, port, (uint16_t)to_port);
    if (strcmp(kind, "tcp") != 0 && strcmp(kind, "udp") != 0) {
        puts(line);
        return;
    }
    unsigned server = server_of(address, port, (uint16_t)to_port, kind, &server_port);
    if (server)
        printf("%s %s %s -> %u:%u\n", kind, client, to, server, server_port);
    else
        printf("%s %s %s -> none\n", kind, client, to);
}

static void serve_also(const char *line)
{
    char protocol[8], scheduler[16], mask[32] = "", command[512];
    unsigned host, port, timeout = 0;
    if (sscanf(line, "also %7s %u %u %15s %u %31s", protocol, &host, &port, scheduler, &timeout, mask) < 4)
        fail("no service", line);
    if (strcmp(protocol, "mark") == 0) {
        snprintf(service, sizeof service, "-f %u", host);
    } else {
        snprintf(command, sizeof command, "ip address replace " NETWORK "%u/32 dev lo", host);
        run(command);
        snprintf(service, sizeof service, "%s " NETWORK "%u:%u", strcmp(protocol, "udp") == 0 ? "-u" : "-t", host, port);
    }
    int length = snprintf(command, sizeof command, "ipvsadm -A %s -s %s", service, scheduler);
    if (timeout)
        length += snprintf(command + length, sizeof command - (size_t)length, " -p %u", timeout);
    if (mask[0])
        snprintf(command + length, sizeof command - (size_t)length, " -M %s", mask);
    run(command);
    puts(line);
}

static void change_server(const char *line)
{
    char verb[8], command[256];
    unsigned server, port, weight = 0;
    if (sscanf(line, "%7s %u %u %u", verb, &server, &port, &weight) < 3)
        fail("no server", line);
    if (strcmp(verb, "remove") == 0)
        snprintf(command, sizeof command, "ipvsadm -d %s -r 192.0.2.%u:%u", service, server, port);
    else
        snprintf(command, sizeof command, "ipvsadm -%c %s -r 192.0.2.%u:%u -m -w %u", verb[0] == 'r' ? 'a' : 'e', service, server, port, weight);
    run(command);
    puts(line);
}

// Prints what the kernel has, sorted, as its order is that of its hash.
static void list_templates(const char *line)
{
    FILE *rows = popen(
        "awk 'NR > 1 && $3 == \"0000\" { print $1, $2, $4 \":\" $5, $6 \":\" $7, $8, $9 }' /proc/net/ip_vs_conn | sort", "r");
    char row[256], protocol[8], state[16];
    unsigned client, virtual, virtual_port, real, real_port, rest;
    puts(line);
    if (!rows)
        fail("popen", line);
    while (fgets(row, sizeof row, rows)) {
        if (sscanf(row, "%7s %x %x:%x %x:%x %15s %u", protocol, &client, &virtual, &virtual_port, &real, &real_port, state, &rest) != 8)
            fail("row", row);
        if (virtual_port == 0xFFFF)
            continue; // one that has been given up, and waits for its end
        printf("template %s %u.%u.%u.%u %u.%u.%u.%u:%u -> %u:%u %s %u\n", protocol, client >> 24, client >> 16 & 0xFF, client >> 8 & 0xFF, client & 0xFF,
               virtual >> 24, virtual >> 16 & 0xFF, virtual >> 8 & 0xFF, virtual & 0xFF, virtual_port, real & 0xFF, real_port, state, (rest + 5) / 10);
    }
    pclose(rows);
}

static void list_loads(const char *line)
{
    char command[256], row[256];
    unsigned server, port, weight, templates, active, inactive;
    snprintf(command, sizeof command, "ipvsadm -L -n --persistent-conn %s", service);
    puts(line);
    fflush(stdout);
    FILE *rows = popen(command, "r");
    if (!rows)
        fail("popen", line);
    while (fgets(row, sizeof row, rows)) {
        if (sscanf(row, " -> 192.0.2.%u:%u %u %u %u %u", &server, &port, &weight, &templates, &active, &inactive) == 6)
            printf("load %u:%u %u %u %u\n", server, port, templates, active, inactive);
    }
    pclose(rows);
}

// Scenarios of persistence; false for a line that is none of theirs.
static int play_persistence(const char *line)
{
    char verb[16] = "", first[64] = "", second[64] = "", command[128];
    sscanf(line, "%15s %63s %63s", verb, first, second);
    if (strcmp(verb, "also") == 0) {
        serve_also(line);
    } else if (strcmp(verb, "real") == 0 || strcmp(verb, "weigh") == 0 || strcmp(verb, "remove") == 0) {
        change_server(line);
    } else if (strcmp(verb, "mark") == 0) {
        int mark = atoi(first);
        if (setsockopt(raw, SOL_SOCKET, SO_MARK, &mark, sizeof mark) < 0)
            fail("mark", line);
        puts(line);
    } else if (strchr(second, ':')) {
        play_packet(line, verb, first, second);
    } else if (strcmp(verb, "wait") == 0) {
        sleep((unsigned)atoi(first));
        puts(line);
    } else if (strcmp(verb, "quiescent") == 0) {
        snprintf(command, sizeof command, "echo %s >/proc/sys/net/ipv4/vs/expire_quiescent_template", first);
        run(command);
        puts(line);
    } else if (strcmp(verb, "templates") == 0) {
        list_templates(line);
    } else if (strcmp(verb, "loads") == 0) {
        list_loads(line);
    } else {
        return 0;
    }
    return 1;
}

// Prints the state of the client's connection to port 80 and how long it has, to the next even number of seconds.
static void print_connection(struct in_addr address, uint16_t port)
{
    char row[256], protocol[8], state[16] = "none";
    unsigned client, client_port, virtual, virtual_port, real, real_port, rest = 0, server, server_port;
    server_of(address, port, 80, "tcp", &server_port);
    FILE *table = fopen("/proc/net/ip_vs_conn", "r");
    if (!table)
        fail("open", "/proc/net/ip_vs_conn");
    while (fgets(row, sizeof row, table)) {
        char seen[16];
        unsigned left;
        if (sscanf(row, "%7s %x %x %x %x %x %x %15s %u", protocol, &client, &client_port, &virtual, &virtual_port, &real, &real_port, seen, &left) == 9
            && client == ntohl(address.s_addr) && client_port == port && virtual == ntohl(inet_addr(virtual_address))) {
            strcpy(state, seen);
            rest = (left + 1) / 2 * 2;
            server = real & 0xFF;
        }
    }
    fclose(table);
    if (strcmp(state, "none") == 0)
        puts(state);
    else
        printf("%s %u %u\n", state, rest, server);
}

// Plays every sequence of events up to a length that begins with a SYN, each on a port of its own.
static void walk_all(const char *line)
{
    static const char *const kinds[] = { ['s'] = "syn", ['f'] = "fin", ['a'] = "ack", ['r'] = "rst" };
    char address_text[32], events[16], server_text[32] = "";
    unsigned longest, server = 0, server_port = 0, port = 1000;
    struct in_addr client;
    if (sscanf(line, "walks %31s %15s %u %31s", address_text, events, &longest, server_text) < 3 || !inet_aton(address_text, &client))
        fail("no walks", line);
    sscanf(server_text, "%u:%u", &server, &server_port);
    struct in_addr real = { .s_addr = htonl(ntohl(inet_addr("192.0.2.0")) + server) };
    size_t kinds_of_events = strlen(events);
    puts(line);
    for (unsigned length = 1; length <= longest; length++) {
        unsigned long count = 1;
        for (unsigned i = 1; i < length; i++)
            count *= kinds_of_events;
        for (unsigned long number = 0; number < count; number++, port++) {
            char walk[16] = "s";
            unsigned long rest = number;
            for (unsigned i = length - 1; i > 0; i--, rest /= kinds_of_events)
                walk[i] = events[rest % kinds_of_events];
            for (const char *event = walk; *event; event++) {
                if (*event >= 'a')
                    send_segment(kinds[(int)*event], client, (uint16_t)port, 80);
                else
                    send_tcp(kinds[*event + 'a' - 'A'], real, (uint16_t)server_port, client, (uint16_t)port, 1);
                server_of(client, (uint16_t)port, 80, "tcp", &(unsigned){ 0 });
            }
            printf("walk %u %s -> ", port, walk);
            print_connection(client, (uint16_t)port);
        }
    }
}

// Scenarios of connections; false for a line that is none of theirs.
static int play_connections(const char *line)
{
    char verb[16] = "", first[64] = "", command[128];
    unsigned tcp, fin, udp;
    sscanf(line, "%15s %63s", verb, first);
    if (strcmp(verb, "walks") == 0) {
        walk_all(line);
    } else if (strcmp(verb, "set") == 0) {
        char name[64];
        int value;
        if (sscanf(line, "set %63s %d", name, &value) != 2)
            fail("no setting", line);
        snprintf(command, sizeof command, "echo %d >/proc/sys/net/ipv4/vs/%s", value, name);
        run(command);
        puts(line);
    } else if (strcmp(verb, "timeouts") == 0) {
        if (sscanf(line, "timeouts %u %u %u", &tcp, &fin, &udp) != 3)
            fail("no timeouts", line);
        snprintf(command, sizeof command, "ipvsadm --set %u %u %u", tcp, fin, udp);
        run(command);
        puts(line);
    } else if (strcmp(verb, "connection") == 0) {
        struct in_addr address;
        uint16_t port = parse_client(line, first, &address);
        printf("connection %s -> ", first);
        print_connection(address, port);
    } else {
        return 0;
    }
    return 1;
}

static void play(const char *line)
{
    char verb[16] = "", first[64] = "", command[512];
    unsigned weight = 0, upper = 0, lower = 0;
    int words = sscanf(line, "%15s %63s %u %u %u", verb, first, &weight, &upper, &lower);
    if (words <= 0 || verb[0] == '#') {
        puts(line);
    } else if (play_persistence(line) || play_connections(line)) {
        return;
    } else if (strcmp(verb, "service") == 0) {
        serve(line, first, weight);
    } else if (strcmp(verb, "add") == 0 || strcmp(verb, "edit") == 0) {
        snprintf(command, sizeof command, "ipvsadm -%c %s -r 192.0.2.%s:80 -g -w %u -x %u -y %u", verb[0], service, first, weight, upper, lower);
        if (words < 3)
            fail("no weight", line);
        run(command);
        puts(line);
    } else if (strcmp(verb, "delete") == 0) {
        snprintf(command, sizeof command, "ipvsadm -d %s -r 192.0.2.%s:80", service, first);
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
