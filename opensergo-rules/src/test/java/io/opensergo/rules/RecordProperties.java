package io.opensergo.rules;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class RecordProperties {

    @Property(tries = 30, seed = "4716")
    void collectionsAreImmutable(@ForAll("rules") List<Rule> rules) {
        for (Rule rule : rules) {
            assertImmutable(rule);
        }
    }

    @Provide
    Arbitrary<List<Rule>> rules() {
        return RuleArbitraries.oneOfEachKind();
    }

    private static void assertImmutable(Object value) {
        if (value instanceof Collection<?> collection) {
            assertThatThrownBy(collection::clear).isInstanceOf(UnsupportedOperationException.class);
            collection.forEach(RecordProperties::assertImmutable);
        } else if (value instanceof Map<?, ?> map) {
            assertThatThrownBy(map::clear).isInstanceOf(UnsupportedOperationException.class);
            map.values().forEach(RecordProperties::assertImmutable);
        } else if (value instanceof Record) {
            for (RecordComponent component : value.getClass().getRecordComponents()) {
                assertImmutable(component(value, component));
            }
        }
    }

    private static Object component(Object value, RecordComponent component) {
        try {
            return component.getAccessor().invoke(value);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("no accessor of " + component, e);
        }
    }
}
