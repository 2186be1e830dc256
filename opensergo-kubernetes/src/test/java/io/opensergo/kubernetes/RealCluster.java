package io.opensergo.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.document.RuleKinds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The CRDs of this repository on a {@link RealApiServer}, and the objects of tests there. */
record RealCluster(RealApiServer server) {

    static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    private static final YAMLMapper YAML = new YAMLMapper();
    private static final String CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/";

    /** Applies the CRDs of all kinds and waits until all are served. */
    void installAll() throws IOException {
        for (RuleKind<?> kind : RuleKinds.standard().all()) {
            apply(crd(kind));
        }
        RuleKinds.standard().all().forEach(this::awaitServed);
    }

    void install(RuleKind<?> kind) throws IOException {
        apply(crd(kind));
        awaitServed(kind);
    }

    private void apply(JsonNode crd) throws IOException {
        RealApiServer.Answer answer = server.apply(CRDS + crd.at("/metadata/name").asText(), crd);
        assertThat(answer.code()).as(answer.message()).isIn(200, 201);
    }

    void uninstall(RuleKind<?> kind) throws IOException {
        server.delete(CRDS + crd(kind).at("/metadata/name").asText());
        await().atMost(Duration.ofMinutes(1))
                .until(() -> server.get(path(kind, "shop")).code() == 404);
    }

    JsonNode crd(RuleKind<?> kind) throws IOException {
        String name = ScriptedApiServer.plural(kind) + "." + KindResource.group(kind) + ".yaml";
        return YAML.readTree(
                Files.readString(ROOT.resolve("deploy/kubernetes/crds").resolve(name)));
    }

    private void awaitServed(RuleKind<?> kind) {
        await().atMost(Duration.ofMinutes(1))
                .pollInterval(Duration.ofMillis(100))
                .until(() -> server.get(path(kind, "shop")).code() == 200);
    }

    static String path(RuleKind<?> kind, String namespace) {
        return new KindResource(kind, ScriptedApiServer.plural(kind)).path(namespace);
    }

    static String path(RuleKind<?> kind, String namespace, String name) {
        return path(kind, namespace) + "/" + name;
    }

    static ObjectNode object(RuleKind<?> kind, String namespace, String name, String spec) {
        ObjectNode object = YAML.createObjectNode();
        object.put("apiVersion", kind.apiVersion()).put("kind", kind.name());
        object.putObject("metadata")
                .put("name", name)
                .put("namespace", namespace)
                .putObject("labels")
                .put("app", "shop");
        return object.set("spec", tree(spec));
    }

    /** Applies an object, which has to be accepted. */
    JsonNode apply(RuleKind<?> kind, String namespace, String name, String spec)
            throws IOException {
        RealApiServer.Answer answer =
                server.apply(path(kind, namespace, name), object(kind, namespace, name, spec));
        assertThat(answer.code()).as(answer.message()).isIn(200, 201);
        return answer.body();
    }

    JsonNode get(RuleKind<?> kind, String namespace, String name) throws IOException {
        return server.get(path(kind, namespace, name)).body();
    }

    void delete(RuleKind<?> kind, String namespace, String name) throws IOException {
        assertThat(server.delete(path(kind, namespace, name)).code()).isEqualTo(200);
    }

    void deleteAll() throws IOException {
        for (RuleKind<?> kind : RuleKinds.standard().all()) {
            String all = new KindResource(kind, ScriptedApiServer.plural(kind)).path(null);
            for (JsonNode each : server.get(all).body().path("items")) {
                JsonNode metadata = each.path("metadata");
                delete(kind, metadata.path("namespace").asText(), metadata.path("name").asText());
            }
        }
    }

    static JsonNode tree(String yaml) {
        try {
            return YAML.readTree(yaml);
        } catch (IOException e) {
            throw new IllegalArgumentException(yaml, e);
        }
    }

    /** Returns the documents of the examples and those that were found in public. */
    static List<JsonNode> documents() throws IOException {
        List<JsonNode> documents = new ArrayList<>();
        for (String directory :
                List.of("examples", "opensergo-rules/src/test/resources/io/opensergo/rules")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(directory))) {
                for (Path file : files.filter(each -> isDocument(each)).sorted().toList()) {
                    documents.addAll(documentsOf(file));
                }
            }
        }
        return documents;
    }

    private static boolean isDocument(Path file) {
        return file.toString().endsWith(".yaml") && !file.toString().contains("/target/");
    }

    static List<JsonNode> documentsOf(Path file) throws IOException {
        List<JsonNode> documents = new ArrayList<>();
        try (MappingIterator<JsonNode> all =
                YAML.readerFor(JsonNode.class).readValues(Files.readString(file))) {
            while (all.hasNextValue()) {
                documents.add(all.nextValue());
            }
        } catch (JacksonException e) {
            // what is no YAML is no document
        }
        return documents;
    }
}
