package io.opensergo.spring.internal;

import io.opensergo.governance.action.HeaderChanges;
import io.opensergo.governance.routing.RouteAnswer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.springframework.http.HttpHeaders;
import org.springframework.util.LinkedCaseInsensitiveMap;

/**
 * The headers of a message while a rule changes them. They are changed in a map, as what {@code
 * HttpHeaders} removes by differs between versions of Spring.
 */
public final class HeaderFields implements HeaderChanges.Target {

    private final Map<String, List<String>> fields = new LinkedCaseInsensitiveMap<>();

    /** Makes one without headers. */
    public HeaderFields() {}

    /** Makes the changes. */
    public static void change(HttpHeaders headers, HeaderChanges changes) {
        if (!changes.isEmpty()) {
            change(headers, changes::applyTo);
        }
    }

    /** Has something change headers. */
    public static void change(HttpHeaders headers, Consumer<? super HeaderFields> changes) {
        var changed = new HeaderFields();
        headers.forEach((name, values) -> changed.fields.put(name, new ArrayList<>(values)));
        changes.accept(changed);
        headers.clear();
        changed.addTo(headers);
    }

    /** Adds these to others. */
    public void addTo(HttpHeaders headers) {
        fields.forEach(headers::addAll);
    }

    /** Returns the names of the headers. */
    public Set<String> names() {
        return fields.keySet();
    }

    /** Returns the values of a header, none if it is not there. */
    public List<String> values(String name) {
        return fields.getOrDefault(name, List.of());
    }

    /** Returns the headers of an answer, with the changes. */
    public static HttpHeaders of(RouteAnswer answer, HeaderChanges changes) {
        var headers = new HttpHeaders();
        headers.setContentLength(answer.body().length);
        if (answer.location() != null) {
            headers.set(HttpHeaders.LOCATION, answer.location());
        }
        change(headers, changes);
        return headers;
    }

    /** Returns headers with the changes, which the caller may change further. */
    public static HttpHeaders changed(HttpHeaders headers, HeaderChanges changes) {
        HttpHeaders copy = copyOf(headers);
        change(copy, changes);
        return copy;
    }

    /** Returns a copy. */
    public static HttpHeaders copyOf(HttpHeaders headers) {
        var copy = new HttpHeaders();
        headers.forEach(copy::addAll);
        return copy;
    }

    @Override
    public void remove(String name) {
        fields.remove(name);
    }

    @Override
    public void set(String name, String value) {
        fields.put(name, new ArrayList<>(List.of(value)));
    }

    @Override
    public void add(String name, String value) {
        fields.computeIfAbsent(name, added -> new ArrayList<>()).add(value);
    }
}
