package io.opensergo.controlplane;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * How many connections are open, in all and from each address, and how many calls each address
 * begins: a peer that is thrown out and comes back has no new allowance. For any number of threads.
 */
final class Connections {

    private static final int CALLS_PER_SECOND = 1000;
    private static final int CALLS_AT_ONCE = CALLS_PER_SECOND / 2;

    /** An address that owes more is let in again when it owes less. */
    private static final long MOST_OWED_NANOS = 1_000_000_000;

    private final int limit;
    private final int limitPerAddress;
    private final Map<String, Address> addresses = new HashMap<>();
    private final Queue<Address> left = new ArrayDeque<>();
    private int total;

    /** What the connections of one address have in common. */
    static final class Address {

        private final String host;
        private final Allowance calls;
        private int open; // guarded by the lock of the connections, as the next one is
        private boolean isLeft;

        private Address(String host, long nowNanos) {
            this.host = host;
            this.calls = new Allowance(CALLS_PER_SECOND, CALLS_AT_ONCE, nowNanos);
        }

        /** Takes note of a call; returns for how long the connection is not to begin another. */
        long begin(long nowNanos) {
            synchronized (calls) {
                calls.take(1, nowNanos);
                return calls.owed(nowNanos);
            }
        }

        private boolean owesTooMuch(long nowNanos) {
            synchronized (calls) {
                return calls.owed(nowNanos) > MOST_OWED_NANOS;
            }
        }

        private boolean isRested(long nowNanos) {
            synchronized (calls) {
                return calls.isWhole(nowNanos);
            }
        }
    }

    Connections(int limit, int limitPerAddress) {
        this.limit = limit;
        this.limitPerAddress = limitPerAddress;
    }

    /** Lets a connection in, and returns where it is counted; {@code null} if it may not stay. */
    synchronized @Nullable Address admit(String host, long nowNanos) {
        forgetRested(nowNanos);
        if (total >= limit) {
            return null;
        }
        Address address = addresses.computeIfAbsent(host, name -> new Address(name, nowNanos));
        if (address.open >= limitPerAddress || address.owesTooMuch(nowNanos)) {
            return null;
        }
        address.open++;
        total++;
        return address;
    }

    /** Takes note that a connection that was let in is closed. */
    synchronized void closed(Address address) {
        address.open--;
        total--;
        if (address.open == 0 && !address.isLeft) {
            address.isLeft = true;
            left.add(address);
        }
    }

    /** Forgets the addresses that have left, those first that left first, once they owe nothing. */
    private void forgetRested(long nowNanos) {
        for (Address next = left.peek();
                next != null && (next.open > 0 || next.isRested(nowNanos));
                next = left.peek()) {
            next.isLeft = false;
            left.remove();
            if (next.open == 0) {
                addresses.remove(next.host);
            }
        }
    }

    synchronized int open() {
        return total;
    }
}
