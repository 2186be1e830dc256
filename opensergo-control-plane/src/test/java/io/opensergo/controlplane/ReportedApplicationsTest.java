package io.opensergo.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.rules.contract.ApplicationMetadata;
import io.opensergo.rules.contract.Node;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportedApplicationsTest {

    private static ReportedApplication report(String app, long pid, long second) {
        var node = Node.of("node-7", pid, Instant.EPOCH);
        return new ReportedApplication(
                new ApplicationMetadata(app, node, List.of()),
                "",
                "10.0.0.1:4711",
                Instant.ofEpochSecond(second));
    }

    @Test
    void laterReportOfAnInstanceTakesThePlaceOfTheFirst() {
        var reports = new ReportedApplications(10, 1000);

        assertThat(reports.put(report("shop", 1, 1), 10)).isTrue();
        assertThat(reports.put(report("shop", 2, 2), 10)).isTrue();
        assertThat(reports.put(report("shop", 1, 3), 10)).isFalse();

        assertThat(reports.all()).containsExactly(report("shop", 2, 2), report("shop", 1, 3));
    }

    @Test
    void oldestReportsAreForgottenBeyondTheNumberOfInstances() {
        var reports = new ReportedApplications(2, 1000);
        for (int pid = 1; pid <= 4; pid++) {
            reports.put(report("shop", pid, pid), 10);
        }

        assertThat(reports.all()).containsExactly(report("shop", 3, 3), report("shop", 4, 4));
    }

    @Test
    void oldestReportsAreForgottenBeyondTheSizeOfAll() {
        var reports = new ReportedApplications(10, 100);
        reports.put(report("shop", 1, 1), 40);
        reports.put(report("shop", 1, 2), 60);
        reports.put(report("cart", 1, 3), 40);
        assertThat(reports.all()).hasSize(2);

        reports.put(report("cart", 2, 4), 1);

        assertThat(reports.all()).containsExactly(report("cart", 1, 3), report("cart", 2, 4));
    }

    @Test
    void reportThatIsTooLargeForAllIsTheOnlyOneKept() {
        var reports = new ReportedApplications(10, 100);
        reports.put(report("shop", 1, 1), 40);

        reports.put(report("cart", 1, 2), 400);

        assertThat(reports.all()).containsExactly(report("cart", 1, 2));
    }
}
