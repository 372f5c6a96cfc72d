package rockpool.bench;

/** What is measured. A process runs one, so that the compiler sees one implementation only. */
@FunctionalInterface
interface Loop {
    /**
     * Works through so many turns.
     *
     * @return the sum of what was read, so that nothing is dead code
     */
    int run(int turns);
}
