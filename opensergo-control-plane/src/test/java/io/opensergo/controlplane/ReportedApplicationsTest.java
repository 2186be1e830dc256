package io.opensergo.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opensergo.proto.ApplicationMetadataMapping;
import io.opensergo.proto.internal.service_contract.v1.ReportMetadataRequest;
import io.opensergo.rules.InvalidRuleException;
import io.opensergo.rules.contract.ApplicationMetadata;
import io.opensergo.rules.contract.Node;
import io.opensergo.rules.contract.ServiceContract;
import io.opensergo.rules.contract.ServiceDescriptor;
import io.opensergo.rules.contract.ServiceMetadata;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportedApplicationsTest {

    private static final Caller CALLER = new Caller("shop", "10.0.0.1", "10.0.0.1:4711");

    private final ReportedApplications reports = new ReportedApplications(3, 10_000);
    private long second;

    private boolean report(String app, long pid, int size) {
        return report(CALLER, app, pid, size).isNew();
    }

    private ReportedApplications.Taken report(Caller caller, String app, long pid, int size) {
        var service = ServiceDescriptor.builder().name("s".repeat(size)).build();
        var contract = ServiceContract.builder().services(List.of(service)).build();
        var metadata =
                ApplicationMetadata.builder()
                        .app(app)
                        .node(Node.of("node-7", pid, Instant.EPOCH))
                        .services(List.of(ServiceMetadata.builder().contract(contract).build()))
                        .build();
        return reports.put(
                ApplicationMetadataMapping.encode(metadata),
                caller,
                Instant.ofEpochSecond(++second));
    }

    private List<String> known() {
        return reports.all().stream()
                .map(each -> each.metadata().app() + each.metadata().node().pid())
                .toList();
    }

    @Test
    void reportIsGivenBackAsItCame() {
        report("shop", 1, 5);

        ReportedApplication report = reports.all().get(0);
        assertThat(report.principal()).isEqualTo("shop");
        assertThat(report.remoteAddress()).isEqualTo("10.0.0.1:4711");
        assertThat(report.reportedAt()).isEqualTo(Instant.ofEpochSecond(1));
        assertThat(report.metadata().services().get(0).contract().services().get(0).name())
                .isEqualTo("sssss");
    }

    @Test
    void laterReportOfAnInstanceTakesThePlaceOfTheFirst() {
        assertThat(report("shop", 1, 1)).isTrue();
        assertThat(report("shop", 2, 1)).isTrue();
        assertThat(report("shop", 1, 1)).isFalse();

        assertThat(known()).containsExactly("shop2", "shop1");
    }

    @Test
    void oldestReportsAreForgottenBeyondTheNumberOfInstances() {
        for (int pid = 1; pid <= 5; pid++) {
            report("shop", pid, 1);
        }

        assertThat(known()).containsExactly("shop3", "shop4", "shop5");
    }

    @Test
    void instanceThatRepeatsItsReportIsNotForgotten() {
        report("shop", 1, 1);
        for (int pid = 2; pid <= 6; pid++) {
            report("cart", pid, 1);
            report("shop", 1, 1);
        }

        assertThat(known()).containsExactly("cart5", "cart6", "shop1");
    }

    @Test
    void oldestReportsAreForgottenBeyondTheSizeOfAll() {
        report("shop", 1, 1_000);
        report("shop", 1, 5_000);
        report("cart", 1, 3_000);
        assertThat(known()).containsExactly("shop1", "cart1");

        report("cart", 2, 2_000);

        assertThat(known()).containsExactly("cart1", "cart2");
    }

    @Test
    void reportsOfAClientPushOutNoOthers() {
        report("shop", 1, 1);
        var flooder = new Caller("flooder", "10.0.0.2", "10.0.0.2:4711");

        for (int pid = 1; pid <= 100; pid++) {
            report(flooder, "flood", pid, 1_000);
        }

        assertThat(known()).containsExactly("shop1", "flood99", "flood100");
        assertThat(report(flooder, "flood", 101, 1).forgotten()).isEqualTo(1);
    }

    @Test
    void clientDoesNotSpeakForAnInstanceOfAnother() {
        report("shop", 1, 1);

        report(new Caller("other", "10.0.0.1", "10.0.0.1:4711"), "shop", 1, 1);

        assertThat(reports.all())
                .extracting(ReportedApplication::principal)
                .containsExactly("shop", "other");
    }

    @Test
    void reportThatIsTooLargeForAllIsTheOnlyOneKept() {
        report("shop", 1, 1);

        report("cart", 1, 20_000);

        assertThat(known()).containsExactly("cart1");
    }

    @Test
    void reportThatCannotBeReadIsNotKept() {
        var nobody = ReportMetadataRequest.newBuilder().setAppName("shop").build();

        assertThatThrownBy(() -> reports.put(nobody, CALLER, Instant.EPOCH))
                .isInstanceOf(InvalidRuleException.class);
        assertThat(known()).isEmpty();
    }
}
