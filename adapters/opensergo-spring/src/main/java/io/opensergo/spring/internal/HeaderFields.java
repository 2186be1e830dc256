package io.opensergo.spring.internal;

import io.opensergo.governance.action.HeaderChanges;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.springframework.http.HttpHeaders;
import org.springframework.util.LinkedCaseInsensitiveMap;

/**
 * The headers of a message while a rule changes them. They are changed in a map, as what {@code
 * HttpHeaders} removes by differs between versions of Spring.
 */
public final class HeaderFields implements HeaderChanges.Target {

    private final Map<String, List<String>> fields = new LinkedCaseInsensitiveMap<>();

    private HeaderFields() {}

    /** Makes the changes. */
    public static void change(HttpHeaders headers, HeaderChanges changes) {
        if (changes.isEmpty()) {
            return;
        }
        var changed = new HeaderFields();
        headers.forEach((name, values) -> changed.fields.put(name, new ArrayList<>(values)));
        changes.applyTo(changed);
        headers.clear();
        changed.fields.forEach(headers::addAll);
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
