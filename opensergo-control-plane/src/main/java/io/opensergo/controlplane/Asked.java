package io.opensergo.controlplane;

import io.opensergo.proto.WireStatus;
import io.opensergo.proto.internal.transport.v1.ControlPlaneDesc;
import io.opensergo.proto.internal.transport.v1.Status;
import io.opensergo.proto.internal.transport.v1.SubscribeOpType;
import io.opensergo.proto.internal.transport.v1.SubscribeRequest;
import io.opensergo.proto.internal.transport.v1.SubscribeRequestTarget;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a request asks for, judged: the keys to begin or to end with, and the refusals to send.
 *
 * <p>Made while no lock is held, since the authorizer is a user's.
 *
 * @param subscribes the keys to follow
 * @param unsubscribes the keys not to follow any longer, by the client's will or because it may not
 * @param refusals the answers for what is not served
 */
record Asked(
        List<RuleKey> subscribes, List<RuleKey> unsubscribes, List<SubscribeResponse> refusals) {

    private static final int MAX_KINDS = 100;
    private static final int MAX_NAME_LENGTH = 1024;
    private static final int MAX_KIND_LENGTH = 253;
    private static final int SHOWN_LENGTH = 64;

    /** The same for all that a client may not read, so that it does not learn what there is. */
    private static final String FORBIDDEN =
            "this client may not read these rules, whether there are any or not";

    /** An answer to a push asks for nothing. */
    static Asked nothing() {
        return new Asked(List.of(), List.of(), List.of());
    }

    /**
     * Judges a request.
     *
     * @throws Admission.UndecidedException if the authorizer fails
     */
    static Asked of(SubscribeRequest request, TransportService service, Caller caller) {
        SubscribeRequestTarget target = request.getTarget();
        var asked = new Asked(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        if (request.getOpType() != SubscribeOpType.SUBSCRIBE) {
            keys(target).forEach(asked.unsubscribes()::add);
            return asked;
        }
        String fault =
                request.getRequestId().length() > MAX_NAME_LENGTH
                        ? "request_id must have at most " + MAX_NAME_LENGTH + " characters"
                        : faultOf(target);
        if (fault != null) {
            String kind = target.getKindsCount() == 1 ? target.getKinds(0) : "";
            asked.refusals().add(refusal(request, kind, fault, service.description()));
            return asked;
        }
        for (RuleKey key : keys(target)) {
            asked.judge(key, request, service, caller);
        }
        return asked;
    }

    /** Whether the kind is known is told only to those who may read it. */
    private void judge(
            RuleKey key, SubscribeRequest request, TransportService service, Caller caller) {
        if (!service.admission().mayRead(caller, key)) {
            service.counters().forbiddenKeys.increment();
            unsubscribes.add(key);
            refusals.add(refusal(request, key.kind(), FORBIDDEN, service.description()));
        } else if (service.kinds().find(key.kind()) == null) {
            String reason =
                    "kinds holds '" + cut(key.kind(), SHOWN_LENGTH) + "', which is not served here";
            refusals.add(refusal(request, key.kind(), reason, service.description()));
        } else {
            subscribes.add(key);
        }
    }

    private static List<RuleKey> keys(SubscribeRequestTarget target) {
        return new LinkedHashSet<>(target.getKindsList())
                .stream()
                        .map(kind -> new RuleKey(target.getNamespace(), target.getApp(), kind))
                        .toList();
    }

    private static @Nullable String faultOf(SubscribeRequestTarget target) {
        if (target.getNamespace().isEmpty()) {
            return "target.namespace must not be empty";
        }
        if (target.getApp().isEmpty()) {
            return "target.app must not be empty";
        }
        if (Math.max(target.getNamespace().length(), target.getApp().length()) > MAX_NAME_LENGTH) {
            return "target.namespace and target.app must have at most "
                    + MAX_NAME_LENGTH
                    + " characters";
        }
        if (target.getKindsList().stream().anyMatch(kind -> kind.length() > MAX_KIND_LENGTH)) {
            return "each of target.kinds must have at most " + MAX_KIND_LENGTH + " characters";
        }
        if (target.getKindsCount() == 0) {
            return "target.kinds must not be empty";
        }
        return target.getKindsCount() > MAX_KINDS
                ? "target.kinds must be at most " + MAX_KINDS + ", was " + target.getKindsCount()
                : null;
    }

    /** Returns the refusal of a key that was followed and may not be read any longer. */
    static SubscribeResponse forbidden(RuleKey key, ControlPlaneDesc description) {
        return refusal(key.namespace(), key.app(), key.kind(), FORBIDDEN, description).build();
    }

    static SubscribeResponse refusal(
            SubscribeRequest request, String kind, String reason, ControlPlaneDesc description) {
        SubscribeRequestTarget target = request.getTarget();
        return refusal(target.getNamespace(), target.getApp(), kind, reason, description)
                .setResponseId(cut(request.getRequestId(), MAX_NAME_LENGTH))
                .build();
    }

    /** What a client sends is not sent back at any length. */
    private static String cut(String text, int length) {
        return text.length() <= length ? text : text.substring(0, length) + "...";
    }

    private static SubscribeResponse.Builder refusal(
            String namespace, String app, String kind, String why, ControlPlaneDesc description) {
        return SubscribeResponse.newBuilder()
                .setAck(WireStatus.NACK)
                .setStatus(Status.newBuilder().setCode(WireStatus.BAD_REQUEST).setMessage(why))
                .setNamespace(cut(namespace, MAX_NAME_LENGTH))
                .setApp(cut(app, MAX_NAME_LENGTH))
                .setKind(cut(kind, MAX_KIND_LENGTH))
                .setControlPlane(description);
    }
}
