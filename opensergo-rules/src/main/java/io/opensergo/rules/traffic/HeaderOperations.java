package io.opensergo.rules.traffic;

import static org.jilt.BuilderStyle.CLASSIC;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.List;
import java.util.Map;
import org.jilt.Builder;
import org.jspecify.annotations.Nullable;

/**
 * Changes to the headers of requests and responses.
 *
 * @param request changes to the headers of the request, or {@code null}
 * @param response changes to the headers of the response, or {@code null}
 */
@Builder(style = CLASSIC, factoryMethod = "builder", toBuilder = "from")
public record HeaderOperations(
        @JsonPropertyDescription("Changes to the headers of the request.")
                @Nullable Changes request,
        @JsonPropertyDescription("Changes to the headers of the response.")
                @Nullable Changes response) {

    /** Starts a builder; every field may be left out. */
    public static HeaderOperationsBuilder builder() {
        return HeaderOperationsBuilder.builder();
    }

    /** Starts a builder from these values. */
    public HeaderOperationsBuilder toBuilder() {
        return HeaderOperationsBuilder.from(this);
    }

    /**
     * Changes to a set of headers.
     *
     * @param add values added beside those that are there
     * @param set values that replace those that are there
     * @param remove headers taken away
     */
    @Builder(
            style = CLASSIC,
            className = "HeaderOperationsChangesBuilder",
            factoryMethod = "builder",
            toBuilder = "from")
    public record Changes(
            @JsonPropertyDescription("Values added beside those that are there.")
                    Map<String, String> add,
            @JsonPropertyDescription("Values that replace those that are there.")
                    Map<String, String> set,
            @JsonPropertyDescription("Headers taken away.") List<String> remove) {

        public Changes {
            add = add == null ? Map.of() : Map.copyOf(add);
            set = set == null ? Map.of() : Map.copyOf(set);
            remove = remove == null ? List.of() : List.copyOf(remove);
        }

        /** Starts a builder; every field may be left out. */
        public static HeaderOperationsChangesBuilder builder() {
            return HeaderOperationsChangesBuilder.builder();
        }

        /** Starts a builder from these values. */
        public HeaderOperationsChangesBuilder toBuilder() {
            return HeaderOperationsChangesBuilder.from(this);
        }
    }
}
