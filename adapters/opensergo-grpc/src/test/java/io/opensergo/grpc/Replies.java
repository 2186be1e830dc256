package io.opensergo.grpc;

import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** What a caller gets. */
final class Replies implements StreamObserver<String> {

    final List<String> messages = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Status> end = new CompletableFuture<>();

    @Override
    public void onNext(String message) {
        messages.add(message);
    }

    @Override
    public void onError(Throwable error) {
        end.complete(Status.fromThrowable(error));
    }

    @Override
    public void onCompleted() {
        end.complete(Status.OK);
    }

    void awaitMessages(int number) {
        await().atMost(World.PATIENCE).until(() -> messages.size() >= number);
    }

    Status.Code awaitEnd() throws Exception {
        return awaitStatus().getCode();
    }

    Status awaitStatus() throws Exception {
        return end.get(World.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    boolean isEnded() {
        return end.isDone();
    }

    /** Returns how a call ended. */
    static Status.Code code(Future<?> call) throws Exception {
        try {
            call.get(World.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            return Status.Code.OK;
        } catch (ExecutionException e) {
            return Status.fromThrowable(e).getCode();
        }
    }
}
