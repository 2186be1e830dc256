package io.opensergo.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.opensergo.api.Target;
import io.opensergo.governance.Governor;
import io.opensergo.governance.action.HeaderChanges;
import io.opensergo.governance.routing.ServedActions;
import io.opensergo.rules.document.RuleReader;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

/** Headers of servlets, however they are set and read. */
class ChangedServletMessagesTest {

    private static final String ROUTER =
            """
            apiVersion: traffic.opensergo.io/v1alpha1
            kind: TrafficRouter
            metadata: {name: headers, labels: {app: shop}}
            spec:
              hosts: [shop]
              http:
                - headers: {response: {remove: [x-gone], set: {x-set: rule}, add: {x-many: rule}}}
            """;

    private final MockHttpServletResponse written = new MockHttpServletResponse();
    private final ChangedServletResponse response = new ChangedServletResponse(written, admitted());

    private static ServedActions admitted() {
        Governor governor =
                Governor.builder()
                        .target(Target.of("default", "shop"))
                        .rules(RuleReader.strict().read(ROUTER, "test").rules())
                        .build();
        governor.honoursAtServer("test", ServedActions.HONOURED);
        var view = new ServletView(new MockHttpServletRequest("GET", "/"));
        var actions = new ServedActions(governor.routeServed(view).actions(), view);
        actions.admit();
        return actions;
    }

    @Test
    void aRequestHasTheHeadersOfTheRuleWhateverTheirType() {
        var request = new MockHttpServletRequest("GET", "/");
        request.addHeader("X-Gone", "a");
        request.addHeader("x-many", "a");
        Map<String, String> set =
                Map.of("x-count", "7", "x-day", "Tue, 01 Dec 2026 00:00:00 GMT", "x-bad", "?");
        HeaderChanges changes =
                HeaderChanges.of(List.of("x-gone"), set, Map.of("x-many", "b"), problem -> {});

        var changed = new ChangedServletRequest(request, changes);

        assertThat(changed.getHeader("x-gone")).isNull();
        assertThat(Collections.list(changed.getHeaders("X-Many"))).containsExactly("a", "b");
        assertThat(Collections.list(changed.getHeaderNames()))
                .containsExactlyInAnyOrder("x-many", "x-count", "x-day", "x-bad");
        assertThat(changed.getIntHeader("x-count")).isEqualTo(7);
        assertThat(changed.getIntHeader("x-gone")).isEqualTo(-1);
        assertThat(changed.getDateHeader("x-day")).isEqualTo(1_796_083_200_000L);
        assertThat(changed.getDateHeader("x-gone")).isEqualTo(-1);
        assertThatIllegalArgumentException().isThrownBy(() -> changed.getDateHeader("x-bad"));
    }

    @Test
    void aResponseIsChangedOnceWhenItsBodyBegins() throws IOException {
        response.setHeader("X-Gone", "handler");
        response.addIntHeader("x-many", 1);
        response.setIntHeader("x-set", 2);
        response.addHeader("x-other", "handler");
        assertThat(response.getHeader("x-gone")).isEqualTo("handler");
        assertThat(response.containsHeader("x-set")).isTrue();
        assertThat(response.getHeaderNames()).contains("x-many", "x-other");

        response.getWriter().write("body");
        response.flushBuffer();

        assertThat(written.getHeaderNames())
                .containsExactlyInAnyOrder("x-many", "x-set", "x-other");
        assertThat(written.getHeaders("x-many")).containsExactly("1", "rule");
        assertThat(written.getHeaders("x-set")).containsExactly("rule");
        assertThat(response.getHeaders("x-many")).containsExactly("1", "rule");
    }

    @Test
    void whatAHandlerTakesBackIsNotWritten() throws IOException {
        response.setHeader("x-many", "first");
        response.setHeader("x-many", null);
        response.getOutputStream();
        assertThat(written.getHeaders("x-many")).containsExactly("rule");

        response.reset();
        response.addHeader("x-many", "second");
        response.sendError(404);

        assertThat(written.getHeaders("x-many")).containsExactly("second", "rule");
    }
}
