package io.opensergo.controlplane;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.opensergo.proto.WireStatus;
import io.opensergo.proto.internal.transport.v1.Status;
import io.opensergo.proto.internal.transport.v1.SubscribeOpType;
import io.opensergo.proto.internal.transport.v1.SubscribeRequest;
import io.opensergo.proto.internal.transport.v1.SubscribeRequestTarget;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stream: what its client subscribed to, what it was sent and how it answered.
 *
 * <p><b>Flow control.</b> A change only marks its key as stale. Stale keys are sent while the
 * transport takes more, and the rest when it asks for more; each is sent in the version that is in
 * force at that moment. So a slow client gets the latest state and nothing in between, costs at
 * most one mark a key, and holds nobody else back. Requests are read only while no refusal waits to
 * be sent, so that a client that asks and never reads cannot fill the memory either.
 *
 * <p><b>Threads.</b> One lock guards the stream. The thread that changes a rule sends it, which
 * takes no hop between threads; sending hands bytes to the transport and never waits.
 */
final class Subscriber implements StreamObserver<SubscribeRequest> {

    private static final Logger LOG = LoggerFactory.getLogger(Subscriber.class);
    private static final int MAX_TEXT_LENGTH = 4096;
    private static final Pattern CONTROL_CHARACTERS = Pattern.compile("\\p{Cntrl}+");
    private static final int MAX_KINDS = 1000;

    private final TransportService service;
    private final long number;
    private final String remoteAddress;
    private final Instant connectedSince;
    private final ServerCallStreamObserver<SubscribeResponse> out;

    private final Object lock = new Object();
    private final Map<RuleKey, Subscription> subscriptions = new LinkedHashMap<>();
    private final Set<Subscription> stale = new LinkedHashSet<>();
    private final Queue<SubscribeResponse> refusals = new ArrayDeque<>();
    private final Unanswered unanswered = new Unanswered();
    private String identifier = "";
    private SubscriberStatus.@Nullable Nack lastNack;
    private long pushes;
    private boolean reading;
    private boolean closed;

    /**
     * @param number tells this stream apart from every other of this run
     */
    Subscriber(
            TransportService service,
            long number,
            String remoteAddress,
            ServerCallStreamObserver<SubscribeResponse> out) {
        this.service = service;
        this.number = number;
        this.remoteAddress = remoteAddress;
        this.connectedSince = service.now();
        this.out = out;
    }

    /** Begins to read; to be called where the gRPC call starts. */
    void open() {
        service.subscribers().opened(this);
        out.disableAutoRequest();
        out.setOnReadyHandler(this::ready);
        out.setOnCancelHandler(this::forget);
        ready();
    }

    @Override
    public void onNext(SubscribeRequest request) {
        synchronized (lock) {
            reading = false;
            if (identifier.isEmpty()) {
                identifier = printable(request.getIdentifier());
            }
            switch (request.getResponseAck()) {
                case WireStatus.ACK -> acked(request);
                case WireStatus.NACK -> nacked(request);
                default -> asked(request);
            }
            send();
        }
    }

    @Override
    public void onError(Throwable cause) {
        forget();
    }

    @Override
    public void onCompleted() {
        complete();
    }

    /** Takes note that a key has a new version. */
    void changed(RuleKey key) {
        synchronized (lock) {
            Subscription subscription = subscriptions.get(key);
            if (subscription != null) {
                stale.add(subscription);
                send();
            }
        }
    }

    /** Ends the stream after what was sent. */
    void complete() {
        synchronized (lock) {
            if (!closed) {
                forget();
                out.onCompleted();
            }
        }
    }

    SubscriberStatus status() {
        synchronized (lock) {
            return new SubscriberStatus(
                    identifier,
                    remoteAddress,
                    connectedSince,
                    subscriptions.values().stream().map(Subscription::status).toList(),
                    lastNack);
        }
    }

    private void ready() {
        synchronized (lock) {
            send();
        }
    }

    private void forget() {
        synchronized (lock) {
            closed = true;
            subscriptions.keySet().forEach(key -> service.subscribers().unfollow(key, this));
            subscriptions.clear();
            stale.clear();
            refusals.clear();
            service.subscribers().closed(this);
        }
    }

    private void acked(SubscribeRequest request) {
        Push push = unanswered.answered(request.getRequestId());
        if (push != null) {
            push.subscription().acked(push.version());
        }
    }

    private void nacked(SubscribeRequest request) {
        Push push = unanswered.answered(request.getRequestId());
        Status status = request.getStatus();
        var nack =
                new SubscriberStatus.Nack(
                        push == null ? 0 : push.version(),
                        status.getCode(),
                        printable(status.getMessage()),
                        service.now());
        if (push == null) {
            lastNack = nack;
        } else {
            push.subscription().nacked(nack);
        }
        LOG.warn(
                "Subscriber '{}' at {} refused {}: {} {}",
                identifier,
                remoteAddress,
                push == null
                        ? "a push"
                        : "version " + push.version() + " of " + push.subscription().key(),
                nack.code(),
                nack.reason());
    }

    /** Text of a client, fit for one line of a log and for memory. */
    private static String printable(String text) {
        String cut = text.length() <= MAX_TEXT_LENGTH ? text : text.substring(0, MAX_TEXT_LENGTH);
        return CONTROL_CHARACTERS.matcher(cut).replaceAll(" ");
    }

    private void asked(SubscribeRequest request) {
        SubscribeRequestTarget target = request.getTarget();
        boolean subscribe = request.getOpType() == SubscribeOpType.SUBSCRIBE;
        String fault = subscribe ? faultOf(target) : null;
        if (fault != null) {
            refuse(request, target.getKindsCount() == 1 ? target.getKinds(0) : "", fault);
            return;
        }
        for (String kind : new LinkedHashSet<>(target.getKindsList())) {
            var key = new RuleKey(target.getNamespace(), target.getApp(), kind);
            if (!subscribe) {
                unsubscribe(key);
            } else if (service.kinds().find(kind) == null) {
                refuse(request, kind, "kinds holds '" + kind + "', which is not served here");
            } else {
                subscribe(key);
            }
        }
    }

    private static @Nullable String faultOf(SubscribeRequestTarget target) {
        if (target.getNamespace().isEmpty()) {
            return "target.namespace must not be empty";
        }
        if (target.getApp().isEmpty()) {
            return "target.app must not be empty";
        }
        if (target.getKindsCount() == 0) {
            return "target.kinds must not be empty";
        }
        return target.getKindsCount() > MAX_KINDS
                ? "target.kinds must be at most " + MAX_KINDS + ", was " + target.getKindsCount()
                : null;
    }

    private void subscribe(RuleKey key) {
        if (closed) {
            return;
        }
        Subscription subscription = subscriptions.get(key);
        if (subscription == null) {
            subscription = new Subscription(key);
            subscriptions.put(key, subscription);
            service.subscribers().follow(key, this);
        }
        subscription.asked();
        stale.add(subscription);
    }

    private void unsubscribe(RuleKey key) {
        Subscription subscription = subscriptions.remove(key);
        if (subscription != null) {
            stale.remove(subscription);
            service.subscribers().unfollow(key, this);
        }
    }

    private void refuse(SubscribeRequest request, String kind, String reason) {
        SubscribeRequestTarget target = request.getTarget();
        refusals.add(
                SubscribeResponse.newBuilder()
                        .setAck(WireStatus.NACK)
                        .setStatus(
                                Status.newBuilder()
                                        .setCode(WireStatus.BAD_REQUEST)
                                        .setMessage(reason))
                        .setNamespace(target.getNamespace())
                        .setApp(target.getApp())
                        .setKind(kind)
                        .setControlPlane(service.description())
                        .setResponseId(request.getRequestId())
                        .build());
    }

    /** Sends what is due while the transport takes it, then reads on unless refusals are left. */
    private void send() {
        boolean more = true;
        while (more && !closed && out.isReady()) {
            more = sendNext();
        }
        if (!closed && !reading && refusals.isEmpty()) {
            reading = true;
            out.request(1);
        }
    }

    private boolean sendNext() {
        SubscribeResponse refusal = refusals.poll();
        if (refusal != null) {
            out.onNext(refusal);
            return true;
        }
        Iterator<Subscription> next = stale.iterator();
        if (!next.hasNext()) {
            return false;
        }
        Subscription subscription = next.next();
        next.remove();
        push(subscription, service.store().read(subscription.key()));
        return true;
    }

    private void push(Subscription subscription, RuleStore.Reading reading) {
        if (!subscription.wants(reading.set())) {
            return;
        }
        String responseId = number + "-" + ++pushes;
        long version = reading.revision();
        subscription.sent(version);
        unanswered.add(responseId, new Push(subscription, version), subscriptions.size());
        out.onNext(
                reading.set().response(service.codec(), version).toBuilder()
                        .setControlPlane(service.description())
                        .setResponseId(responseId)
                        .build());
    }
}
