package io.opensergo.benchmarks;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.opensergo.proto.WireStatus;
import io.opensergo.proto.internal.transport.v1.OpenSergoUniversalTransportServiceGrpc;
import io.opensergo.proto.internal.transport.v1.Status;
import io.opensergo.proto.internal.transport.v1.SubscribeRequest;
import io.opensergo.proto.internal.transport.v1.SubscribeRequestTarget;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What does one change cost that 10,000 streams follow, and what does each stream cost that waits
 * for one?
 *
 * <p>The control plane has a process of its own ({@link FanOutServer}); the streams are in this
 * one, spread over channels, each a bare gRPC call that acknowledges what it gets, so that the
 * receivers take as little as possible of the processors that the control plane needs too. The time
 * of a change runs from just before it to the moment when a receiver has the push. Bytes allocated
 * at the control plane are those of all its threads between two changes, acknowledgements included,
 * divided by the streams. Heap is what full collections leave with the streams, less what they left
 * before, at both ends; buffers outside of the heap are not counted.
 *
 * <p>Target: p99 within a second on two processors; less than 10 KB of heap for each stream at the
 * control plane.
 *
 * <p>Arguments: how many streams (10000), channels (20) and changes (20).
 *
 * <pre>{@code java -cp jmh/target/benchmarks.jar io.opensergo.benchmarks.FanOutReport}</pre>
 */
public final class FanOutReport {

    private static final int WARM_UP = 10;
    private static final long PATIENCE_SECONDS = 120;

    private final int streamCount;
    private final List<ManagedChannel> channels = new ArrayList<>();
    private final List<Receiver> receivers = new ArrayList<>();
    private final AtomicLongArray arrivals;
    private final Process server;
    private final BufferedReader answers;
    private final PrintWriter questions;
    private volatile CountDownLatch missing;

    private FanOutReport(int streamCount) throws IOException {
        this.streamCount = streamCount;
        this.arrivals = new AtomicLongArray(streamCount);
        this.missing = new CountDownLatch(streamCount);
        this.server =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                FanOutServer.class.getName())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        this.answers = server.inputReader(StandardCharsets.UTF_8);
        this.questions = new PrintWriter(server.outputWriter(StandardCharsets.UTF_8), true);
    }

    /**
     * Measures, and prints what was found.
     *
     * @param args how many streams, channels and changes
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        int streams = args.length > 0 ? Integer.parseInt(args[0]) : 10_000;
        int channels = args.length > 1 ? Integer.parseInt(args[1]) : 20;
        int changes = args.length > 2 ? Integer.parseInt(args[2]) : 20;
        var report = new FanOutReport(streams);
        try {
            report.measureStreams(channels);
            report.measureChanges(changes);
        } finally {
            report.close();
        }
    }

    private void measureStreams(int channelCount) throws IOException, InterruptedException {
        int port = (int) read();
        for (int i = 0; i < channelCount; i++) {
            channels.add(
                    NettyChannelBuilder.forAddress("127.0.0.1", port)
                            .usePlaintext()
                            .directExecutor()
                            .build());
        }
        long serverBefore = ask(FanOutServer.HEAP);
        long before = Heap.used();
        long start = System.nanoTime();
        for (int i = 0; i < streamCount; i++) {
            receivers.add(new Receiver(i, channels.get(i % channelCount)));
        }
        awaitPushes();
        long taken = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        System.out.printf(
                "%,d streams over %d channels: first pushes in %,d ms; heap of each %,d bytes at the"
                        + " control plane, %,d bytes at the receivers%n",
                streamCount,
                channelCount,
                taken,
                (ask(FanOutServer.HEAP) - serverBefore) / streamCount,
                (Heap.used() - before) / streamCount);
    }

    private void measureChanges(int changes) throws IOException, InterruptedException {
        for (int i = 0; i < WARM_UP; i++) {
            change();
        }
        long allocated = ask(FanOutServer.ALLOCATED);
        long[] nanos = new long[changes * streamCount];
        for (int i = 0; i < changes; i++) {
            long start = change();
            for (int stream = 0; stream < streamCount; stream++) {
                nanos[i * streamCount + stream] = arrivals.get(stream) - start;
            }
        }
        allocated = ask(FanOutServer.ALLOCATED) - allocated;
        System.out.printf(
                "%d changes to %,d streams: %s; %,d bytes allocated a stream and change at the"
                        + " control plane%n",
                changes, streamCount, Times.ofNanos(nanos), allocated / changes / streamCount);
    }

    /** Changes the rule, waits until every stream has it, and returns when it was changed. */
    private long change() throws IOException, InterruptedException {
        missing = new CountDownLatch(streamCount);
        long start = ask(FanOutServer.CHANGE);
        awaitPushes();
        return start;
    }

    private void awaitPushes() throws InterruptedException {
        if (!missing.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException(missing.getCount() + " streams had no push");
        }
    }

    private long ask(String question) throws IOException {
        questions.println(question);
        return read();
    }

    private long read() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new IOException("the control plane's process ended");
        }
        return Long.parseLong(line);
    }

    private void close() {
        channels.forEach(ManagedChannel::shutdownNow);
        server.destroy();
    }

    /** One stream that follows one key. */
    private final class Receiver implements StreamObserver<SubscribeResponse> {

        private final int number;
        private final StreamObserver<SubscribeRequest> requests;

        Receiver(int number, ManagedChannel channel) {
            this.number = number;
            this.requests =
                    OpenSergoUniversalTransportServiceGrpc.newStub(channel).subscribeConfig(this);
            this.requests.onNext(
                    SubscribeRequest.newBuilder()
                            .setIdentifier("receiver-" + number)
                            .setRequestId("1")
                            .setTarget(
                                    SubscribeRequestTarget.newBuilder()
                                            .setNamespace(SampleRules.NAMESPACE)
                                            .setApp(SampleRules.APP)
                                            .addKinds(RateLimitStrategy.KIND.wireName()))
                            .build());
        }

        @Override
        public void onNext(SubscribeResponse push) {
            arrivals.set(number, System.nanoTime());
            requests.onNext(
                    SubscribeRequest.newBuilder()
                            .setResponseAck(WireStatus.ACK)
                            .setRequestId(push.getResponseId())
                            .setStatus(Status.newBuilder().setCode(WireStatus.SUCCESS))
                            .build());
            missing.countDown();
        }

        @Override
        public void onError(Throwable cause) {
            System.err.println("stream " + number + ": " + cause);
        }

        @Override
        public void onCompleted() {}
    }
}
