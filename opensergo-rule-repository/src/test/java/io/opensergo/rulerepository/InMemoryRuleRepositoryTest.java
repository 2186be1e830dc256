package io.opensergo.rulerepository;

class InMemoryRuleRepositoryTest extends RuleRepositoryContract {

    @Override
    protected RuleRepository create() {
        return new InMemoryRuleRepository();
    }
}
