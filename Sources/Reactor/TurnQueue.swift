/// Things to do that take turns: groups one after the other, in a group its lines one after the
/// other, and in a line in the order in which they came. A pure struct.
///
/// So an item waits for at most one of each other group and of each other line of its own, besides
/// those before it in its line, however many those hold. Every step costs the same whatever waits,
/// and who has nothing to do is in no list. Shares by weight were rejected: an item is microseconds
/// of work, and nobody is to have more of it than others.
struct TurnQueue<Item> {
    /// Lines that count as one.
    final class Group {
        fileprivate var lines = FIFO<Line>()
    }

    /// What is done in the order in which it came.
    final class Line {
        fileprivate let group: Group
        fileprivate var items = FIFO<Item>()

        init(of group: Group) { self.group = group }
    }

    private var groups = FIFO<Group>()
    /// How many items wait.
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    mutating func append(_ item: Item, to line: Line) {
        count += 1
        line.items.append(item)
        // Who has waited already stays where it stands.
        guard line.items.count == 1 else { return }
        line.group.lines.append(line)
        if line.group.lines.count == 1 { groups.append(line.group) }
    }

    /// The item whose turn it is.
    mutating func popFirst() -> Item? {
        guard let group = groups.popFirst(), let line = group.lines.popFirst(),
            let item = line.items.popFirst()
        else { return nil }
        count -= 1
        if !line.items.isEmpty { group.lines.append(line) }
        if !group.lines.isEmpty { groups.append(group) }
        return item
    }
}

/// First in, first out, without moving what waits.
struct FIFO<Element> {
    /// A ring, whose length is a power of two; nil where nothing is.
    private var places: [Element?] = []
    private var head = 0
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    mutating func append(_ element: Element) {
        if count == places.count { grow() }
        places[(head + count) & (places.count - 1)] = element
        count += 1
    }

    mutating func popFirst() -> Element? {
        guard count > 0 else { return nil }
        let element = places[head].take()
        head = (head + 1) & (places.count - 1)
        count -= 1
        return element
    }

    private mutating func grow() {
        var larger: [Element?] = []
        larger.reserveCapacity(max(2, places.count * 2))
        for place in 0..<count { larger.append(places[(head + place) & (places.count - 1)]) }
        while larger.count < max(2, places.count * 2) { larger.append(nil) }
        places = larger
        head = 0
    }
}
