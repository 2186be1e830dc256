package io.opensergo.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.controlplane.Connections.Address;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Which connections are let in; the test owns the time. */
class ConnectionsTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final int CALLS_AT_ONCE = 500;

    private final Connections connections = new Connections(3, 2);

    @Test
    void limitsThoseOfAnAddressAndAllTogether() {
        Address first = connections.admit("a", 0);
        assertThat(first).isNotNull();
        assertThat(connections.admit("a", 0)).isSameAs(first);
        assertThat(connections.admit("a", 0)).isNull();
        assertThat(connections.admit("b", 0)).isNotNull();
        assertThat(connections.admit("c", 0)).isNull();

        connections.closed(first);

        assertThat(connections.open()).isEqualTo(2);
        assertThat(connections.admit("c", 0)).isNotNull();
    }

    @Test
    void callsBeyondABurstMakeTheConnectionWait() {
        Address address = connections.admit("a", 0);

        assertThat(begin(address, CALLS_AT_ONCE, 0)).isZero();
        assertThat(begin(address, 10, 0)).isEqualTo(SECOND / 100);
        assertThat(begin(address, 1, SECOND)).isZero();
    }

    @Test
    void anAddressThatComesBackHasNoNewAllowance() {
        Address before = connections.admit("a", 0);
        begin(before, CALLS_AT_ONCE, 0);
        connections.closed(before);

        Address after = connections.admit("a", 0);

        assertThat(begin(after, 500, 0)).isEqualTo(SECOND / 2);
    }

    @Test
    void anAddressThatOwesTooMuchIsLetInLater() {
        Address address = connections.admit("a", 0);
        begin(address, CALLS_AT_ONCE + 1500, 0);

        assertThat(connections.admit("a", 0)).isNull();
        assertThat(connections.admit("b", 0)).isNotNull();
        assertThat(connections.admit("a", SECOND)).isSameAs(address);
    }

    @Test
    void addressesThatLeftAreForgottenWhenTheyOweNothing() {
        Address before = connections.admit("a", 0);
        begin(before, 1000, 0);
        connections.closed(before);

        assertThat(connections.admit("a", SECOND / 2)).isSameAs(before);
        connections.closed(before);

        assertThat(connections.admit("a", 2 * SECOND)).isNotSameAs(before);
    }

    private static long begin(Address address, int calls, long nowNanos) {
        long owed = 0;
        for (int i = 0; i < calls; i++) {
            owed = address.begin(nowNanos);
        }
        return owed;
    }
}
