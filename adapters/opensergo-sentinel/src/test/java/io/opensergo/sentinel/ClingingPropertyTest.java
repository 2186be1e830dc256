package io.opensergo.sentinel;

import static org.assertj.core.api.Assertions.assertThat;

import com.alibaba.csp.sentinel.property.DynamicSentinelProperty;
import com.alibaba.csp.sentinel.property.PropertyListener;
import com.alibaba.csp.sentinel.slots.block.flow.FlowRule;
import com.alibaba.csp.sentinel.slots.block.flow.FlowRuleManager;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What happens if a property of a user's fails when it is left. */
class ClingingPropertyTest {

    @AfterEach
    void reset() {
        Rig.resetSentinel();
    }

    @Test
    void aPropertyThatCannotBeLeftKeepsNothingElseOutAndIsTriedAgain() throws IOException {
        try (Rig rig = Rig.start()) {
            var property = new Clinging();
            FlowRuleManager.register2Property(property);

            rig.put("flow", 1, Rules.on("flow", Rules.rate("limit", 0, 1)));
            rig.put("slot", 1, Rules.on("slot", Rules.rate("minute", 0, 60)));

            assertThat(Calls.passes("flow")).isTrue();
            assertThat(Calls.passes("slot")).isFalse();
            try (OpenSergoSentinel another = OpenSergoSentinel.start(rig.client)) {
                another.ready().block(Rig.PATIENCE);
            }
            property.clings = false;
            rig.put("flow-too", 1, Rules.on("flow-too", Rules.rate("limit-too", 0, 1)));
            assertThat(Calls.passes("flow")).isFalse();
        }
    }

    @Test
    void aPropertyThatCannotBeLeftForAnotherKeepsNothingOut() throws IOException {
        try (Rig rig = Rig.start()) {
            beginToCling(rig);
            var after = new DynamicSentinelProperty<List<FlowRule>>(List.of());
            FlowRuleManager.register2Property(after);
            Rig.eventually(() -> !Calls.passes("ours"));
            after.updateValue(List.of(new FlowRule("theirs").setCount(0)));

            assertThat(Calls.passes("theirs")).isFalse();
            assertThat(Calls.passes("ours")).isFalse();
        }
    }

    @Test
    void aPropertyThatCannotBeLeftInTheEndHasItsPlaceBack() throws IOException {
        try (Rig rig = Rig.start()) {
            Clinging property = beginToCling(rig);

            rig.sentinel.close();
            property.clings = false;

            property.updateValue(List.of(new FlowRule("theirs").setCount(0)));
            assertThat(Calls.passes("theirs")).isFalse();
            assertThat(Calls.passes("ours")).isTrue();
        }
    }

    /** Has a rule in force beside a property that can be left no more. */
    private static Clinging beginToCling(Rig rig) {
        var property = new Clinging();
        property.clings = false;
        FlowRuleManager.register2Property(property);
        rig.put("ours", 1, Rules.on("ours", Rules.rate("limit", 0, 1)));
        property.clings = true;
        return property;
    }

    /** A property of a user's that fails when it is left. */
    private static final class Clinging extends DynamicSentinelProperty<List<FlowRule>> {

        private volatile boolean clings = true;

        @Override
        public void removeListener(PropertyListener<List<FlowRule>> listener) {
            if (clings) {
                throw new IllegalStateException("a fault of the user's");
            }
            super.removeListener(listener);
        }
    }
}
