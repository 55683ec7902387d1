package io.tinker4j.testkit;

/** What models work with. */
record Workshop(
    ComputePool compute,
    FutureStore futures,
    UsageMeter meter,
    Chronicle chronicle,
    Behaviour behaviour) {}
