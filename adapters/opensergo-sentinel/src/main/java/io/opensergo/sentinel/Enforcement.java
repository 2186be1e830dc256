package io.opensergo.sentinel;

/**
 * Who enforces a strategy on a resource.
 *
 * @param resource the name of the resource; empty for the whole process
 * @param origin the rule and the strategy
 * @param by who enforces it
 * @param reason why Sentinel does not; empty if it does
 */
public record Enforcement(String resource, RuleOrigin origin, Engine by, String reason) {

    /** Who can enforce a strategy. */
    public enum Engine {
        /** Sentinel's own engine, by a rule of its own. */
        SENTINEL,
        /** The slot of this module, because Sentinel cannot say what the strategy says. */
        SLOT,
        /** Nobody: the strategy holds nothing back. */
        NOBODY
    }

    /** Returns one sentence for a log. */
    @Override
    public String toString() {
        return origin.strategy()
                + (resource.isEmpty() ? " on the whole process" : " on '" + resource + "'")
                + switch (by) {
                    case SENTINEL -> " is enforced by Sentinel";
                    case SLOT -> " is enforced by the slot: " + reason;
                    case NOBODY -> " holds nothing back: " + reason;
                };
    }
}
