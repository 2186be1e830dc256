package io.opensergo.benchmarks;

import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.InMemoryRuleSource;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * The control plane of {@link FanOutReport}, in a process of its own. It does what it reads, line
 * by line, and answers each line with one: {@code heap} with the bytes in use, {@code allocated}
 * with the bytes allocated so far, {@code change} with the {@code System.nanoTime()} just before
 * the rule was changed, which on one machine is that of every process.
 */
final class FanOutServer {

    static final String HEAP = "heap";
    static final String ALLOCATED = "allocated";
    static final String CHANGE = "change";

    private FanOutServer() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        var source = new InMemoryRuleSource();
        long threshold = 1;
        source.put(SampleRules.strategy(SampleRules.APP, "limit", threshold));
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (var controlPlane = ControlPlane.builder().port(0).source(source).start()) {
            answer(controlPlane.port());
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                switch (line) {
                    case HEAP -> answer(Heap.used());
                    case ALLOCATED -> answer(Heap.allocated());
                    case CHANGE -> {
                        threshold++;
                        var rule = SampleRules.strategy(SampleRules.APP, "limit", threshold);
                        long start = System.nanoTime();
                        source.put(rule);
                        answer(start);
                    }
                    default -> throw new IllegalArgumentException(line);
                }
            }
        }
    }

    private static void answer(long number) {
        System.out.println(number);
        System.out.flush();
    }
}
