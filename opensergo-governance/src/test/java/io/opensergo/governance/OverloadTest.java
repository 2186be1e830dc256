package io.opensergo.governance;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.governance.OverloadTraces.Judgement;
import io.opensergo.governance.ServerSimulation.Mix;
import io.opensergo.governance.ServerSimulation.Policy;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy.AdaptiveStrategy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A simulated server of four processors, to which twice as much comes as it can bear: most of what
 * it can bear is still done in time, in each second, and nothing is refused soon after.
 */
class OverloadTest {

    private static final double THRESHOLD = 0.8;
    private static final int PROCESSORS = 4;

    /** By their names, what is compared. */
    private static final Map<String, Supplier<Policy>> POLICIES = new LinkedHashMap<>();

    static {
        POLICIES.put("NONE", () -> new GovernedPolicy(THRESHOLD, AdaptiveStrategy.NONE));
        POLICIES.put("BBR", () -> new GovernedPolicy(THRESHOLD, AdaptiveStrategy.BBR));
        POLICIES.put("all or nothing each second", () -> new OtherPolicies.AllOrNothing(THRESHOLD));
        POLICIES.put("shortest time of 10 s", () -> new OtherPolicies.ShortestTime(THRESHOLD));
        POLICIES.put("as Sentinel, of the CPU", () -> new OtherPolicies.Sentinel(THRESHOLD));
        POLICIES.put("as kratos", () -> new OtherPolicies.Kratos(THRESHOLD));
        POLICIES.put("as go-zero", () -> new OtherPolicies.GoZero(THRESHOLD));
    }

    static List<Mix> mixes() {
        return OverloadTraces.MIXES;
    }

    @ParameterizedTest
    @MethodSource("mixes")
    void bbrKeepsTheServerBusyWithWhatItCanBear(Mix mix) {
        Judgement judgement = judge("BBR", mix, 2);

        assertThat(judgement.goodput()).isGreaterThan(0.85);
        assertThat(judgement.worstSecond()).isGreaterThan(0.5);
        assertThat(judgement.recoverySeconds()).isLessThanOrEqualTo(2);
    }

    @ParameterizedTest
    @MethodSource("mixes")
    void noneKeepsTheServerJustAboveTheThreshold(Mix mix) {
        Judgement judgement = judge("NONE", mix, 2);

        assertThat(judgement.goodput()).isBetween(THRESHOLD, THRESHOLD + 0.1);
        assertThat(judgement.worstSecond()).isGreaterThan(0.5);
        // Requests of a second keep the CPU above the threshold when nothing else comes any more.
        int ofLongOnes = mix.name().startsWith("Pareto") ? 3 : 2;
        assertThat(judgement.recoverySeconds()).isLessThanOrEqualTo(ofLongOnes);
    }

    @ParameterizedTest
    @MethodSource("mixes")
    void bbrBearsFiveTimesAsMuchToo(Mix mix) {
        Judgement judgement = judge("BBR", mix, 5);

        assertThat(judgement.goodput()).isGreaterThan(0.85);
        assertThat(judgement.recoverySeconds()).isLessThanOrEqualTo(2);
    }

    /** What the simulation is worth: it shows the fault that others have, and this project had. */
    @Test
    void aSimulatedServerShowsDoorsThatOpenAndShut() {
        Mix healthChecks = mixes().get(2);

        assertThat(judge("shortest time of 10 s", healthChecks, 2).worstSecond()).isLessThan(0.5);
        assertThat(judge("all or nothing each second", healthChecks, 2).worstSecond())
                .isLessThan(0.1);
    }

    /** Writes the table of jmh/README.md into {@code target/overload.md}. */
    @Test
    void comparesWithOtherWays() throws IOException {
        var table = new StringBuilder("| goodput / worst second / recovery |");
        mixes().forEach(mix -> table.append(' ').append(mix.name()).append(" |"));
        table.append("\n|---|").append("---|".repeat(mixes().size())).append('\n');
        for (double overload : List.of(2.0, 1.2, 5.0)) {
            for (String policy : POLICIES.keySet()) {
                table.append("| ").append(overload).append(" ×, ").append(policy).append(" |");
                for (Mix mix : mixes()) {
                    Judgement judgement = judge(policy, mix, overload);
                    table.append(
                            " %.0f %% / %.0f %% / %d s |"
                                    .formatted(
                                            100 * judgement.goodput(),
                                            100 * judgement.worstSecond(),
                                            judgement.recoverySeconds()));
                }
                table.append('\n');
            }
        }
        Files.writeString(Path.of("target", "overload.md"), table);
        assertThat(table.toString().lines()).hasSize(2 + 3 * POLICIES.size());
    }

    private static Judgement judge(String policy, Mix mix, double overload) {
        return OverloadTraces.judge(POLICIES.get(policy), mix, PROCESSORS, overload);
    }
}
