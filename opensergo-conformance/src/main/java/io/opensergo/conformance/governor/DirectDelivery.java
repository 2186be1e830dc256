package io.opensergo.conformance.governor;

import io.opensergo.conformance.cases.RuleDocuments;
import io.opensergo.governance.Governor;
import io.opensergo.governance.GovernorBuilder;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import java.util.List;

/** Gives rules to a governor that has no client; those of other applications are left out. */
final class DirectDelivery implements RuleDelivery {

    @Override
    public void connect(GovernorBuilder settings) {
        settings.rules(List.of());
    }

    @Override
    public void deliver(RuleDocuments rules, Governor governor) {
        governor.replaceRules(rules.rules().stream().filter(DirectDelivery::isMeant).toList());
    }

    private static boolean isMeant(Rule rule) {
        return RuleDocuments.APP.equals(rule.app())
                && rule.metadata().namespace().equals(Metadata.DEFAULT_NAMESPACE);
    }
}
