package io.opensergo.controlplane;

import io.opensergo.proto.WireKey;
import io.opensergo.proto.internal.transport.v1.SubscribeOpType;
import io.opensergo.proto.internal.transport.v1.SubscribeRequest;
import io.opensergo.proto.internal.transport.v1.SubscribeRequestTarget;
import io.opensergo.rules.document.RuleKinds;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Judges what clients ask for: whether it can be understood, whether the client may read it, and
 * whether it is served here.
 *
 * <p>To be asked while no lock is held, since the authorizer is a user's. For any number of
 * threads.
 */
final class RequestJudge {

    private static final int MAX_KINDS = 100;
    private static final int SHOWN_LENGTH = 64;

    private final AccessControl access;
    private final RuleKinds kinds;
    private final Refusals refusals;
    private final Counters counters;

    /**
     * @param kinds what is served
     */
    RequestJudge(AccessControl access, RuleKinds kinds, Refusals refusals, Counters counters) {
        this.access = access;
        this.kinds = kinds;
        this.refusals = refusals;
        this.counters = counters;
    }

    /**
     * Judges a request.
     *
     * @throws AccessControl.UndecidedException if the authorizer fails
     */
    Asked judge(SubscribeRequest request, Caller caller) {
        SubscribeRequestTarget target = request.getTarget();
        var asked = new Asked(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        if (request.getOpType() != SubscribeOpType.SUBSCRIBE) {
            asked.unsubscribes().addAll(keys(target));
            return asked;
        }
        String fault =
                request.getRequestId().length() > Refusals.MAX_NAME_LENGTH
                        ? "request_id must have at most " + Refusals.MAX_NAME_LENGTH + " characters"
                        : faultOf(target);
        if (fault != null) {
            String kind = target.getKindsCount() == 1 ? target.getKinds(0) : "";
            asked.refusals().add(refusals.of(request, kind, fault));
            return asked;
        }
        for (WireKey key : keys(target)) {
            judge(key, request, caller, asked);
        }
        return asked;
    }

    /** Whether the kind is known is told only to those who may read it. */
    private void judge(WireKey key, SubscribeRequest request, Caller caller, Asked asked) {
        if (!access.mayRead(caller, key)) {
            counters.forbiddenKeys.increment();
            asked.unsubscribes().add(key);
            asked.refusals().add(refusals.forbidden(request, key.kind()));
        } else if (kinds.find(key.kind()) == null) {
            String reason =
                    "kinds holds '"
                            + Refusals.cut(key.kind(), SHOWN_LENGTH)
                            + "', which is not served here";
            asked.refusals().add(refusals.of(request, key.kind(), reason));
        } else {
            asked.subscribes().add(key);
        }
    }

    /** Returns whether a caller that was let in would still be. */
    boolean isKnown(Caller caller) {
        return access.isKnown(caller);
    }

    /**
     * Returns the keys among some that a caller may not read.
     *
     * @throws AccessControl.UndecidedException if the authorizer fails
     */
    List<WireKey> forbidden(Caller caller, List<WireKey> keys) {
        return keys.stream().filter(key -> !access.mayRead(caller, key)).toList();
    }

    private static List<WireKey> keys(SubscribeRequestTarget target) {
        return new LinkedHashSet<>(target.getKindsList())
                .stream()
                        .map(kind -> new WireKey(target.getNamespace(), target.getApp(), kind))
                        .toList();
    }

    private static @Nullable String faultOf(SubscribeRequestTarget target) {
        if (target.getNamespace().isEmpty()) {
            return "target.namespace must not be empty";
        }
        if (target.getApp().isEmpty()) {
            return "target.app must not be empty";
        }
        if (Math.max(target.getNamespace().length(), target.getApp().length())
                > Refusals.MAX_NAME_LENGTH) {
            return "target.namespace and target.app must have at most "
                    + Refusals.MAX_NAME_LENGTH
                    + " characters";
        }
        if (target.getKindsList().stream()
                .anyMatch(kind -> kind.length() > Refusals.MAX_KIND_LENGTH)) {
            return "each of target.kinds must have at most "
                    + Refusals.MAX_KIND_LENGTH
                    + " characters";
        }
        if (target.getKindsCount() == 0) {
            return "target.kinds must not be empty";
        }
        return target.getKindsCount() > MAX_KINDS
                ? "target.kinds must be at most " + MAX_KINDS + ", was " + target.getKindsCount()
                : null;
    }
}
