// Java: one route of the policy, and whom it grants what.

/** The class `Rule`: what the table at the top of the file is written in. */
export const RULE = `
    /** One route of the policy. */
    private static final class Rule {
        final String key;
        boolean handsOff;
        boolean blocksAmbiguous;
        boolean anyOrigin;
        final Set<String> exact = new HashSet<>();
        final List<String[]> patterns = new ArrayList<>();
        final List<Pattern> regexps = new ArrayList<>();
        boolean credentials;
        boolean allowsInsecure;
        boolean varies;
        String allowMethods;
        boolean echoesMethod;
        String allowHeaders;
        boolean echoesHeaders;
        String exposeHeaders;
        String maxAge = "600";
        int successStatus = 204;
        boolean preflightContinues;
        boolean blocksRefused;
        boolean allowsOverride;

        Rule(String key) {
            this.key = key;
        }

        /** Somebody else answers for CORS here. */
        Rule handsOff() {
            handsOff = true;
            return this;
        }

        /** Paths that could mean this route as well as another are refused with 403. */
        Rule blocksAmbiguous() {
            blocksAmbiguous = true;
            return this;
        }

        Rule anyOrigin() {
            anyOrigin = true;
            return this;
        }

        Rule origins(String... origins) {
            exact.addAll(Arrays.asList(origins));
            return this;
        }

        /** Every subdomain of the host, not the host itself. */
        Rule below(String scheme, String host, String port) {
            patterns.add(new String[] {scheme, "." + host, port});
            return this;
        }

        /** The host on any port, or none. */
        Rule anyPort(String scheme, String host) {
            patterns.add(new String[] {scheme, host, "*"});
            return this;
        }

        Rule matching(String regexp) {
            regexps.add(Pattern.compile(regexp));
            return this;
        }

        Rule credentials() {
            credentials = true;
            return this;
        }

        /** With credentials, http: origins that are neither loopback nor localhost too. */
        Rule allowsInsecure() {
            allowsInsecure = true;
            return this;
        }

        /** Answers that are no preflights depend on Origin too. */
        Rule varies() {
            varies = true;
            return this;
        }

        Rule methods(String list) {
            allowMethods = list;
            return this;
        }

        Rule anyMethod() {
            echoesMethod = true;
            return this;
        }

        Rule headers(String list) {
            allowHeaders = list;
            return this;
        }

        Rule anyHeader() {
            echoesHeaders = true;
            return this;
        }

        Rule exposes(String list) {
            exposeHeaders = list;
            return this;
        }

        Rule maxAge(String seconds) {
            maxAge = seconds;
            return this;
        }

        Rule status(int status) {
            successStatus = status;
            return this;
        }

        Rule preflightContinues() {
            preflightContinues = true;
            return this;
        }

        Rule blocksRefused() {
            blocksRefused = true;
            blocksAmbiguous = true;
            return this;
        }

        Rule allowsOverride() {
            allowsOverride = true;
            return this;
        }

        /** May pages of this origin read the answer? */
        boolean grants(String value) {
            if (anyOrigin || exact.contains(value)) return true;
            if (patterns.isEmpty() && regexps.isEmpty()) return false;
            Origin origin = Origin.parse(value);
            if (origin == null || !(matchesPattern(origin) || matchesRegexp(value))) return false;
            return !credentials || allowsInsecure || !origin.isInsecure();
        }

        private boolean matchesPattern(Origin origin) {
            for (String[] pattern : patterns) {
                boolean isHost = pattern[1].startsWith(".")
                        ? origin.host.endsWith(pattern[1]) && origin.host.length() > pattern[1].length()
                        : origin.host.equals(pattern[1]);
                boolean isPort = pattern[2].equals("*") || pattern[2].equals(origin.port);
                if (isHost && isPort && origin.scheme.equals(pattern[0])) return true;
            }
            return false;
        }

        private boolean matchesRegexp(String origin) {
            for (Pattern regexp : regexps) {
                if (regexp.matcher(origin).lookingAt()) return true;
            }
            return false;
        }
    }
`;
