package io.opensergo.controlplane;

import io.grpc.stub.StreamObserver;
import io.opensergo.proto.internal.control_plane.v1.ControlPlaneInfo;
import io.opensergo.proto.internal.control_plane.v1.ControlPlaneInfoServiceGrpc;
import io.opensergo.proto.internal.control_plane.v1.GetControlPlaneInfoRequest;

/**
 * The gRPC service that tells a client what it can rely on, which the public protocol cannot: that
 * silence about a subscription never means that there are no rules.
 */
final class InfoService extends ControlPlaneInfoServiceGrpc.ControlPlaneInfoServiceImplBase {

    private static final ControlPlaneInfo INFO =
            ControlPlaneInfo.newBuilder().setAnswersEverySubscription(true).build();

    @Override
    public void getControlPlaneInfo(
            GetControlPlaneInfoRequest request, StreamObserver<ControlPlaneInfo> reply) {
        reply.onNext(INFO);
        reply.onCompleted();
    }
}
