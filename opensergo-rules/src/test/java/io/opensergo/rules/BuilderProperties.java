package io.opensergo.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class BuilderProperties {

    @Property(tries = 30, seed = "4717")
    void builderOfAnyRecordCopiesEveryField(@ForAll("rules") List<Rule> rules) {
        Deque<Object> left = new ArrayDeque<>(rules);
        while (!left.isEmpty()) {
            Object value = left.pop();
            if (value instanceof Collection<?> collection) {
                left.addAll(collection);
            } else if (value instanceof Map<?, ?> map) {
                left.addAll(map.values());
            } else if (value instanceof Record) {
                if (hasBuilder(value)) {
                    assertThat(call(call(value, "toBuilder"), "build")).isEqualTo(value);
                }
                for (RecordComponent component : value.getClass().getRecordComponents()) {
                    Object field = call(value, component.getName());
                    if (field != null) {
                        left.push(field);
                    }
                }
            }
        }
    }

    @Provide
    Arbitrary<List<Rule>> rules() {
        return RuleArbitraries.oneOfEachKind();
    }

    private static boolean hasBuilder(Object value) {
        return Arrays.stream(value.getClass().getMethods())
                .map(Method::getName)
                .anyMatch("toBuilder"::equals);
    }

    private static Object call(Object target, String method) {
        try {
            return target.getClass().getMethod(method).invoke(target);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("no method " + method + " of " + target.getClass(), e);
        }
    }
}
