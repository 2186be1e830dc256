package io.opensergo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.controlplane.ControlPlaneStatus;
import io.opensergo.controlplane.ControlPlaneStatus.Refusals;
import io.opensergo.controlplane.SubscriberStatus;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What an operator reads of a control plane. */
class StatusLineTest {

    private static final Refusals NONE =
            new Refusals(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    @Test
    void saysOnlyHowManyThereAreWhenAllIsWell() {
        assertThat(line(NONE, 0, subscriber(5, null), subscriber(5, nack(4))))
                .isEqualTo("2 subscribers of 2 keys");
    }

    @Test
    void countsSubscribersWhoseLastPushIsRefused() {
        assertThat(line(NONE, 0, subscriber(5, null), subscriber(4, nack(5))))
                .startsWith("2 subscribers of 2 keys; 1 of them refused a push");
    }

    @Test
    void namesEachKindOfRefusalAndTheProblems() {
        var all = new Refusals(11, 12, 13, 14, 15, 16, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        assertThat(line(all, 17))
                .contains(
                        "17 problems",
                        "11 calls without",
                        "12 keys refused that",
                        "13 streams refused",
                        "14 keys refused over",
                        "15 times",
                        "16 streams cut",
                        "1 connections refused",
                        "2 calls refused",
                        "3 calls cut",
                        "4 calls cut",
                        "5 streams ended",
                        "6 times a connection",
                        "7 connections closed",
                        "8 keys refused over the limit of memory",
                        "9 reports",
                        "10 versions not sent",
                        "11 pushes refused");
    }

    private static String line(Refusals refusals, int problems, SubscriberStatus... subscribers) {
        return StatusLine.of(
                new ControlPlaneStatus(
                        "id", Instant.EPOCH, 1, List.of(subscribers), 0, 0, 0, 0, 0, refusals),
                problems);
    }

    private static SubscriberStatus subscriber(
            long ackedVersion, SubscriberStatus.@Nullable Nack nack) {
        return new SubscriberStatus(
                "client",
                "",
                "127.0.0.1:1",
                Instant.EPOCH,
                List.of(
                        new SubscriberStatus.Subscription(
                                "default", "shop", "kind", 5, ackedVersion, nack)),
                null);
    }

    private static SubscriberStatus.Nack nack(long version) {
        return new SubscriberStatus.Nack(version, 4001, "cannot be read", Instant.EPOCH);
    }
}
