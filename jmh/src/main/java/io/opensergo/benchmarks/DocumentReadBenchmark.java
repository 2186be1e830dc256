package io.opensergo.benchmarks;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactoryBuilder;
import io.opensergo.rules.document.ReadResult;
import io.opensergo.rules.document.RuleReader;
import io.opensergo.rules.document.RuleWriter;
import java.io.IOException;
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
import org.yaml.snakeyaml.LoaderOptions;

/**
 * How much of the time to read rules is the YAML parser's own?
 *
 * <p>{@code walk} asks Jackson for each token of one text of 10,000 documents and does nothing with
 * it; {@code walkChecked} does so with Jackson's check for duplicate keys, which a reader of rules
 * cannot do without; {@code read} makes rules of the same text.
 *
 * <p>Target: {@code walk} takes at least 90 % of the time of {@code read}.
 *
 * <pre>{@code java -jar jmh/target/benchmarks.jar DocumentRead -prof gc}</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 3)
@Measurement(iterations = 5, time = 3)
public class DocumentReadBenchmark {

    private static final int DOCUMENTS = 10_000;

    private final YAMLFactory plain = factory().build();
    private final YAMLFactory checked = checkedFactory();
    private final RuleReader reader = RuleReader.strict();
    private final String text =
            RuleWriter.toYaml(SampleRules.many(DOCUMENTS, SampleRules::strategy));

    private static YAMLFactoryBuilder factory() {
        var unlimited = new LoaderOptions();
        unlimited.setCodePointLimit(Integer.MAX_VALUE);
        return YAMLFactory.builder().loaderOptions(unlimited);
    }

    private static YAMLFactory checkedFactory() {
        return factory().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
    }

    /** The baseline. */
    @Benchmark
    public int walk() throws IOException {
        return walk(plain);
    }

    /** The baseline with the check for duplicate keys. */
    @Benchmark
    public int walkChecked() throws IOException {
        return walk(checked);
    }

    private int walk(YAMLFactory factory) throws IOException {
        int tokens = 0;
        try (JsonParser parser = factory.createParser(text)) {
            while (parser.nextToken() != null) {
                tokens++;
            }
        }
        return tokens;
    }

    /** The whole way, from text to rules. */
    @Benchmark
    public ReadResult read() {
        ReadResult result = reader.read(text, "rules.yaml");
        if (result.documents().size() != DOCUMENTS || !result.isClean()) {
            throw new IllegalStateException("every document must be a rule");
        }
        return result;
    }
}
