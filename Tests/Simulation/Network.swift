import Wire

/// A DEALER socket of a worker, a subscriber or ingest.
struct SocketModel {
    enum Owner {
        case worker(Int, life: Int)
        case subscriber(Int, life: Int)
        case doorbell
    }

    var owner: Owner
    /// The connection in use; nil while none is.
    var link: Int?
    var isClosed = false
    /// What waits for a connection.
    var pending: [Event.Packet] = []
}

/// One connection between a DEALER and a hub's ROUTER; its number is the routing id.
struct LinkModel {
    var socket: Int
    var hub: Int
    var life: Int
    var peer: [UInt8]
    var isUp = true
    /// When the hub's socket notices that it is gone.
    var goneAt = Int.max
    // The last arrivals: a connection keeps the order.
    var lastToHub = 0
    var lastToPeer = 0
    var stalledUntil = 0
    /// The next message of the feed is lost, as no connection should but a defect might.
    var losesNext = false
}

/// ZeroMQ as far as it matters: order within a connection, loss of what is on its way when one breaks, connections made anew under
/// another routing id, messages that wait for a connection, and a ROUTER that says when a peer is gone.
extension World {
    func openSocket(_ owner: SocketModel.Owner) -> Int {
        sockets.append(SocketModel(owner: owner))
        push(.connect(socket: sockets.count - 1), in: random.between(1, 10))
        return sockets.count - 1
    }

    /// Closing lets what was sent arrive.
    func closeSocket(_ socket: Int) {
        sockets[socket].isClosed = true
        if let link = sockets[socket].link { links[link].goneAt = min(links[link].goneAt, now + random.between(1, 30)) }
    }

    func connect(_ socket: Int) {
        guard !sockets[socket].isClosed, sockets[socket].link == nil else { return }
        let up = hubs.indices.filter { hubs[$0].isUp }
        guard !up.isEmpty else { return push(.connect(socket: socket), in: random.between(100, 200)) }
        let hub = up[random.below(up.count)]
        let number = links.count
        links.append(
            LinkModel(
                socket: socket,
                hub: hub,
                life: hubs[hub].life,
                peer: [UInt8(number >> 16 & 255), UInt8(number >> 8 & 255), UInt8(number & 255)]
            )
        )
        sockets[socket].link = number
        note("socket \(socket) of \(sockets[socket].owner) is connected to hub \(hub) as \(number)")
        let pending = sockets[socket].pending
        sockets[socket].pending = []
        for packet in pending { send(packet, from: socket) }
    }

    func noticeLoss(_ link: Int) {
        let socket = links[link].socket
        guard sockets[socket].link == link else { return }
        sockets[socket].link = nil
        push(.connect(socket: socket), in: random.between(80, 150))
    }

    func breakLink(_ link: Int, noticedWithin milliseconds: Int) {
        guard links[link].isUp else { return }
        links[link].isUp = false
        links[link].goneAt = min(links[link].goneAt, now + random.between(0, milliseconds))
        push(.lost(link: link), in: random.between(0, milliseconds))
    }

    func send(_ packet: Event.Packet, from socket: Int) {
        guard !sockets[socket].isClosed else { return }
        guard let link = sockets[socket].link else { return sockets[socket].pending.append(packet) }
        guard links[link].isUp else { return }
        let arrival = max(now + random.between(0, 3), links[link].lastToHub, links[link].stalledUntil)
        links[link].lastToHub = arrival
        push(.toHub(link: link, packet), at: arrival)
    }

    static func link(_ peer: [UInt8]) -> Int { Int(peer[0]) << 16 | Int(peer[1]) << 8 | Int(peer[2]) }

    /// - Returns: false when the socket knows that the peer is gone.
    func send(_ packet: Event.Packet, to peer: [UInt8]) -> Bool {
        let link = World.link(peer)
        guard now < links[link].goneAt else { return false }
        guard links[link].isUp else { return true }
        if links[link].losesNext {
            links[link].losesNext = false
            note("a message on \(link) is lost")
            return true
        }
        let arrival = max(now + random.between(0, 3), links[link].lastToPeer, links[link].stalledUntil)
        links[link].lastToPeer = arrival
        push(.toPeer(link: link, packet), at: arrival)
        return true
    }

    func arriveAtHub(_ link: Int, _ packet: Event.Packet) {
        let hub = links[link].hub
        guard links[link].isUp, hubs[hub].isUp, hubs[hub].life == links[link].life else { return }
        let peer = links[link].peer
        switch packet {
        case .work(let message): receive(message, peer, hub)
        case .feed(let message): receive(message, peer, hub)
        }
    }

    func arriveAtPeer(_ link: Int, _ packet: Event.Packet) {
        let socket = sockets[links[link].socket]
        guard links[link].isUp, !socket.isClosed else { return }
        switch (socket.owner, packet) {
        case (.worker(let worker, let life), .work(let message)):
            if workers[worker].life == life { receive(message, worker: worker) }
        case (.subscriber(let subscriber, let life), .feed(let message)):
            if subscribers[subscriber].life == life { receive(message, subscriber: subscriber) }
        default: break
        }
    }
}
