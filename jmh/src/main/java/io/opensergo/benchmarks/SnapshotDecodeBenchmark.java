package io.opensergo.benchmarks;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import io.opensergo.proto.DecodedRules;
import io.opensergo.proto.EncodedRules;
import io.opensergo.proto.WireCodec;
import io.opensergo.proto.internal.envoy.config.route.v3.RouteConfiguration;
import io.opensergo.proto.internal.transport.v1.DataWithVersion;
import io.opensergo.proto.internal.transport.v1.Status;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.rules.traffic.TrafficRouter;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * What do records cost on top of protobuf?
 *
 * <p>{@code parse} reads the bytes of a push with protobuf alone, the message in each {@code Any}
 * included; {@code decode} reads the same bytes into rules. One push holds 10,000 rate limits, the
 * other 1,000 routers of 10 routes.
 *
 * <p>Target: {@code decodeX} takes at most 3 times as long as {@code parseX}.
 *
 * <pre>{@code java -jar jmh/target/benchmarks.jar SnapshotDecode -prof gc}</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
public class SnapshotDecodeBenchmark {

    private static final int STRATEGIES = 10_000;
    private static final int ROUTERS = 1_000;
    private static final int ROUTES = 10;

    private final WireCodec codec = new WireCodec();
    private final byte[] strategies =
            push(RateLimitStrategy.KIND, SampleRules.many(STRATEGIES, SampleRules::strategy));
    private final byte[] routers =
            push(
                    TrafficRouter.KIND,
                    SampleRules.many(ROUTERS, number -> SampleRules.router(number, ROUTES)));

    private byte[] push(RuleKind<?> kind, List<? extends Rule> rules) {
        EncodedRules encoded = codec.encode(rules);
        if (!encoded.details().isEmpty()) {
            throw new IllegalStateException("the public messages must say all of these rules");
        }
        byte[] bytes =
                SubscribeResponse.newBuilder()
                        .setStatus(Status.newBuilder().setCode(1))
                        .setNamespace(SampleRules.NAMESPACE)
                        .setApp(SampleRules.APP)
                        .setKind(kind.wireName())
                        .setDataWithVersion(
                                DataWithVersion.newBuilder()
                                        .addAllData(encoded.data())
                                        .setVersion(1))
                        .build()
                        .toByteArray();
        requireEqual(rules, kind, bytes);
        return bytes;
    }

    private void requireEqual(List<? extends Rule> rules, RuleKind<?> kind, byte[] bytes) {
        try {
            if (!decode(kind, bytes).rules().equals(rules)) {
                throw new IllegalStateException("the push must decode to equal rules");
            }
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The baseline of {@link #decodeStrategies()}. */
    @Benchmark
    public void parseStrategies(Blackhole sink) throws InvalidProtocolBufferException {
        parse(
                strategies,
                io.opensergo.proto.internal.fault_tolerance.v1.RateLimitStrategy.parser(),
                sink);
    }

    /** 10,000 rate limits, from bytes to rules. */
    @Benchmark
    public DecodedRules<?> decodeStrategies() throws InvalidProtocolBufferException {
        return decode(RateLimitStrategy.KIND, strategies);
    }

    /** The baseline of {@link #decodeRouters()}. */
    @Benchmark
    public void parseRouters(Blackhole sink) throws InvalidProtocolBufferException {
        parse(routers, RouteConfiguration.parser(), sink);
    }

    /** 1,000 routers of 10 routes, from bytes to rules. */
    @Benchmark
    public DecodedRules<?> decodeRouters() throws InvalidProtocolBufferException {
        return decode(TrafficRouter.KIND, routers);
    }

    private static void parse(byte[] push, Parser<?> parser, Blackhole sink)
            throws InvalidProtocolBufferException {
        for (Any item : SubscribeResponse.parseFrom(push).getDataWithVersion().getDataList()) {
            sink.consume(parser.parseFrom(item.getValue()));
        }
    }

    private DecodedRules<?> decode(RuleKind<?> kind, byte[] push)
            throws InvalidProtocolBufferException {
        SubscribeResponse response = SubscribeResponse.parseFrom(push);
        return codec.decode(
                kind,
                response.getNamespace(),
                response.getApp(),
                response.getDataWithVersion().getDataList(),
                response.getStatus().getDetailsList());
    }
}
