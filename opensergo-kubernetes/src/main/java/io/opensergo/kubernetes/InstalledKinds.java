package io.opensergo.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import io.opensergo.rules.RuleKind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Looks for the kinds that the API server serves: which CRDs are installed. Confined to the loop.
 */
final class InstalledKinds {

    /**
     * What one look has found.
     *
     * @param resources the kinds that are served
     * @param otherVersions what is served of a group in place of the version asked for, for
     *     messages
     * @param failure why some of it is not known
     */
    record Look(
            Map<RuleKind<?>, KindResource> resources,
            List<String> otherVersions,
            @Nullable ApiException failure) {}

    private final ApiServer server;
    private final Map<String, List<RuleKind<?>>> kinds = new LinkedHashMap<>();

    InstalledKinds(ApiServer server, Collection<RuleKind<?>> kinds) {
        this.server = server;
        for (RuleKind<?> kind : kinds) {
            this.kinds.computeIfAbsent(kind.apiVersion(), version -> new ArrayList<>()).add(kind);
        }
    }

    /**
     * Looks once.
     *
     * @param done told on the loop
     */
    void look(Consumer<Look> done) {
        new OneLook(done).begin();
    }

    private final class OneLook {

        private final Consumer<Look> done;
        private final Map<RuleKind<?>, KindResource> found = new LinkedHashMap<>();
        private final TreeSet<String> otherVersions = new TreeSet<>();
        private @Nullable ApiException failure;
        private int open = kinds.size();

        OneLook(Consumer<Look> done) {
            this.done = done;
        }

        void begin() {
            kinds.forEach(
                    (apiVersion, wanted) ->
                            server.get(
                                    "/apis/" + apiVersion,
                                    (list, reason) -> answered(wanted, list, reason)));
        }

        private void answered(
                List<RuleKind<?>> wanted, @Nullable JsonNode list, @Nullable ApiException reason) {
            if (list != null) {
                Map<String, String> plurals = plurals(list);
                for (RuleKind<?> kind : wanted) {
                    String plural = plurals.get(kind.name());
                    if (plural != null) {
                        found.put(kind, new KindResource(kind, plural));
                    }
                }
                end();
            } else if (reason != null && reason.is(ApiException.NOT_FOUND)) {
                String group = KindResource.group(wanted.get(0));
                server.get("/apis/" + group, (versions, none) -> other(group, versions));
            } else {
                failure = reason;
                end();
            }
        }

        private void other(String group, @Nullable JsonNode answer) {
            if (answer != null) {
                answer.path("versions")
                        .forEach(
                                each -> otherVersions.add(each.path("groupVersion").asText(group)));
            }
            end();
        }

        private void end() {
            if (--open == 0) {
                done.accept(new Look(found, List.copyOf(otherVersions), failure));
            }
        }
    }

    private static Map<String, String> plurals(JsonNode list) {
        Map<String, String> plurals = new HashMap<>();
        for (JsonNode resource : list.path("resources")) {
            String name = resource.path("name").asText();
            if (!name.contains("/")) {
                plurals.put(resource.path("kind").asText(), name);
            }
        }
        return plurals;
    }
}
