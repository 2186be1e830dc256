package io.opensergo.cli;

import io.opensergo.controlplane.ControlPlaneStatus;
import io.opensergo.controlplane.ControlPlaneStatus.Refusals;
import io.opensergo.controlplane.SubscriberStatus;
import java.util.ArrayList;
import java.util.List;

/** What a control plane is doing, in one line for an operator. */
final class StatusLine {

    private StatusLine() {}

    /** Returns for example {@code 3 subscribers of 12 keys, 1 has refused a push; 2 problems}. */
    static String of(ControlPlaneStatus status, int problems) {
        List<SubscriberStatus> subscribers = status.subscribers();
        int keys = subscribers.stream().mapToInt(each -> each.subscriptions().size()).sum();
        long refusing = subscribers.stream().filter(StatusLine::hasRefused).count();
        List<String> parts = new ArrayList<>();
        parts.add(subscribers.size() + " subscribers of " + keys + " keys");
        add(parts, refusing, "of them refused a push (logged when it did)");
        add(parts, problems, "problems with the rules (logged when they came)");
        Refusals refused = status.refusals();
        add(parts, refused.unauthenticated(), "calls without a known token or certificate");
        add(parts, refused.forbiddenKeys(), "keys refused that their client may not read");
        add(parts, refused.streamsOverLimit(), "streams refused over the limit");
        add(parts, refused.keysOverLimit(), "keys refused over the limit of a stream");
        add(parts, refused.throttled(), "times a stream was held back that asked too fast");
        add(parts, refused.stuckSubscribers(), "streams cut that were not read");
        add(parts, refused.connectionsOverLimit(), "connections refused over the limit");
        add(parts, refused.callsOverLimit(), "calls refused over the limit");
        add(parts, refused.lateRequests(), "calls cut whose request did not come in time");
        add(parts, refused.requestsOverLimit(), "calls cut while too much was on its way");
        add(parts, refused.unreadableRequests(), "streams ended that sent no message of ours");
        add(parts, refused.heldBackConnections(), "times a connection was held back");
        add(parts, refused.floods(), "connections closed that sent what brings nothing");
        add(parts, refused.subscriptionsOverLimit(), "keys refused over the limit of memory");
        add(parts, refused.reportsForgotten(), "reports of applications forgotten for newer ones");
        add(parts, refused.refusedPushes(), "pushes refused since the start");
        add(parts, refused.oversizePushes(), "versions not sent that are too large for a push");
        return String.join("; ", parts);
    }

    /** Whether the last version that was sent of some key is the one that was refused. */
    private static boolean hasRefused(SubscriberStatus subscriber) {
        return subscriber.lastNack() != null
                || subscriber.subscriptions().stream()
                        .anyMatch(
                                each -> {
                                    SubscriberStatus.Nack nack = each.lastNack();
                                    return nack != null && nack.version() > each.ackedVersion();
                                });
    }

    private static void add(List<String> parts, long count, String what) {
        if (count > 0) {
            parts.add(count + " " + what);
        }
    }
}
