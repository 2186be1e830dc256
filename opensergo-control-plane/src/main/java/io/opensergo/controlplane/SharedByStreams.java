package io.opensergo.controlplane;

import io.opensergo.proto.internal.transport.v1.ControlPlaneDesc;
import io.opensergo.rules.document.RuleKinds;
import java.time.InstantSource;

/**
 * What the streams of a control plane share. Each part of a stream is given what it needs of it.
 *
 * @param judge of what clients ask for
 * @param source of pushes
 * @param unread what clients have not taken
 * @param refusedPushLog bounds the lines about refused pushes
 */
record SharedByStreams(
        ServerLimits limits,
        Counters counters,
        InstantSource clock,
        Tasks tasks,
        Subscribers subscribers,
        RequestJudge judge,
        Refusals refusals,
        PushSource source,
        ClientMemory memory,
        UnreadBytes unread,
        StuckLog stuckLog,
        LogLimit refusedPushLog) {

    /**
     * Returns what the streams of a new control plane share.
     *
     * @param kinds what is served
     * @param description of the control plane, in each refusal
     */
    static SharedByStreams of(
            ServerLimits limits,
            Counters counters,
            InstantSource clock,
            Tasks tasks,
            Subscribers subscribers,
            AccessControl access,
            RuleKinds kinds,
            PushSource source,
            ControlPlaneDesc description) {
        var refusals = new Refusals(description);
        return new SharedByStreams(
                limits,
                counters,
                clock,
                tasks,
                subscribers,
                new RequestJudge(access, kinds, refusals, counters),
                refusals,
                source,
                new ClientMemory(counters),
                new UnreadBytes(ServerLimits.maxUnreadBytes()),
                new StuckLog(),
                new LogLimit(100, 60));
    }
}
