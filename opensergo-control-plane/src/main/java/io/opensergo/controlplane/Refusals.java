package io.opensergo.controlplane;

import io.opensergo.proto.WireKey;
import io.opensergo.proto.WireStatus;
import io.opensergo.proto.internal.transport.v1.ControlPlaneDesc;
import io.opensergo.proto.internal.transport.v1.Status;
import io.opensergo.proto.internal.transport.v1.SubscribeRequest;
import io.opensergo.proto.internal.transport.v1.SubscribeRequestTarget;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;

/** Makes the answers to what is not served. What a client sends is not sent back at any length. */
final class Refusals {

    static final int MAX_NAME_LENGTH = 1024;
    static final int MAX_KIND_LENGTH = 253;

    /** The same for all that a client may not read, so that it does not learn what there is. */
    private static final String FORBIDDEN =
            "this client may not read these rules, whether there are any or not";

    private final ControlPlaneDesc description;

    Refusals(ControlPlaneDesc description) {
        this.description = description;
    }

    /** Returns the refusal of a key that may not be read, or not any longer. */
    SubscribeResponse forbidden(WireKey key) {
        return refusal(key.namespace(), key.app(), key.kind(), FORBIDDEN).build();
    }

    /** Returns the refusal of a key that a request asks for and that may not be read. */
    SubscribeResponse forbidden(SubscribeRequest request, String kind) {
        return of(request, kind, FORBIDDEN);
    }

    SubscribeResponse of(SubscribeRequest request, String kind, String reason) {
        SubscribeRequestTarget target = request.getTarget();
        return refusal(target.getNamespace(), target.getApp(), kind, reason)
                .setResponseId(cut(request.getRequestId(), MAX_NAME_LENGTH))
                .build();
    }

    private SubscribeResponse.Builder refusal(
            String namespace, String app, String kind, String why) {
        return SubscribeResponse.newBuilder()
                .setAck(WireStatus.NACK)
                .setStatus(Status.newBuilder().setCode(WireStatus.BAD_REQUEST).setMessage(why))
                .setNamespace(cut(namespace, MAX_NAME_LENGTH))
                .setApp(cut(app, MAX_NAME_LENGTH))
                .setKind(cut(kind, MAX_KIND_LENGTH))
                .setControlPlane(description);
    }

    static String cut(String text, int length) {
        return text.length() <= length ? text : text.substring(0, length) + "...";
    }
}
