// Java: the grammar of an origin, as src/policy/origin.ts has it, and that of header lists.

/** The class `Origin`. */
export const ORIGIN = String.raw`
    /** A serialized origin as browsers send it, taken apart; nothing else parses. */
    private static final class Origin {
        private static final int MOST_BYTES = 326;
        private static final int MOST_HOST_BYTES = 253;
        private static final int MOST_LABEL_BYTES = 63;
        private static final Pattern SCHEME = Pattern.compile("[a-z][a-z0-9+.-]*");
        // Visible ASCII less the URL standard's forbidden host code points.
        private static final Pattern OPAQUE_HOST = Pattern.compile("[!\"$%&'()*+,\\-.0-9;=A-Z_${"`"}a-z{}~]+");
        private static final Pattern PORT = Pattern.compile("[1-9][0-9]{0,4}");
        private static final Pattern LABEL = Pattern.compile("[a-z0-9_-]+");
        private static final String OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
        private static final Pattern IPV4 = Pattern.compile(OCTET + "(?:\\." + OCTET + "){3}");
        // URL standard, "ends in a number": such a host is an IPv4 address or an error, never a name.
        private static final Pattern NUMERIC_LABEL = Pattern.compile("[0-9]+|0x[0-9a-f]*");
        private static final Pattern PIECE = Pattern.compile("[0-9a-f]{1,4}");

        final String scheme;
        final String host;
        /** Empty where the origin names no port. */
        final String port;

        private Origin(String scheme, String host, String port) {
            this.scheme = scheme;
            this.host = host;
            this.port = port;
        }

        /** null: no serialized origin. */
        static Origin parse(String value) {
            if (value.length() > MOST_BYTES) return null;
            if (value.startsWith("https://")) return parseAuthority("https", value.substring(8), "443");
            if (value.startsWith("http://")) return parseAuthority("http", value.substring(7), "80");
            int end = value.indexOf("://");
            if (end < 0) return null;
            String scheme = value.substring(0, end);
            String host = value.substring(end + 3);
            return SCHEME.matcher(scheme).matches() && OPAQUE_HOST.matcher(host).matches() ? new Origin(scheme, host, "") : null;
        }

        private static Origin parseAuthority(String scheme, String authority, String defaultPort) {
            int colon = authority.indexOf(':', authority.indexOf(']') + 1);
            String host = colon < 0 ? authority : authority.substring(0, colon);
            String port = colon < 0 ? "" : authority.substring(colon + 1);
            if (!(host.startsWith("[") ? isIPv6(host) : isName(host))) return null;
            boolean isPort = colon < 0 || (PORT.matcher(port).matches() && Integer.parseInt(port) <= 65535);
            return isPort && !port.equals(defaultPort) ? new Origin(scheme, host, port) : null;
        }

        private static boolean isName(String host) {
            // One trailing dot is part of the name (another host).
            String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
            if (name.length() > MOST_HOST_BYTES) return false;
            String last = "";
            for (String label : name.split("\\.", -1)) {
                if (label.length() > MOST_LABEL_BYTES || !LABEL.matcher(label).matches()) return false;
                last = label;
            }
            return !NUMERIC_LABEL.matcher(last).matches() || IPV4.matcher(host).matches();
        }

        /** In the URL standard's own spelling: lower case, no leading zeros, the first longest run of zeros cut out. */
        private static boolean isIPv6(String host) {
            if (!host.endsWith("]")) return false;
            String text = host.substring(1, host.length() - 1);
            int gap = text.indexOf("::");
            List<Integer> pieces = pieces(gap < 0 ? text : text.substring(0, gap));
            List<Integer> after = pieces(gap < 0 ? "" : text.substring(gap + 2));
            if (pieces == null || after == null) return false;
            int given = pieces.size() + after.size();
            if (gap < 0 ? given != 8 : given > 7) return false;
            pieces.addAll(Collections.nCopies(8 - given, 0));
            pieces.addAll(after);
            return text.equals(serialized(pieces));
        }

        private static List<Integer> pieces(String text) {
            List<Integer> pieces = new ArrayList<>();
            if (text.isEmpty()) return pieces;
            for (String piece : text.split(":", -1)) {
                if (!PIECE.matcher(piece).matches()) return null;
                pieces.add(Integer.parseInt(piece, 16));
            }
            return pieces;
        }

        /** https://url.spec.whatwg.org/#concept-ipv6-serializer */
        private static String serialized(List<Integer> pieces) {
            int longest = -1;
            int most = 1;
            for (int start = 0; start < 8; start++) {
                int end = start;
                while (end < 8 && pieces.get(end) == 0) end++;
                if (end - start > most) {
                    longest = start;
                    most = end - start;
                }
            }
            StringBuilder text = new StringBuilder();
            for (int index = 0; index < 8; index++) {
                if (index == longest) {
                    text.append("::");
                    index += most - 1;
                    continue;
                }
                if (text.length() > 0 && text.charAt(text.length() - 1) != ':') text.append(':');
                text.append(Integer.toHexString(pieces.get(index)));
            }
            return text.toString();
        }

        /** Can anyone on the network path act as this origin? */
        boolean isInsecure() {
            if (!scheme.equals("http")) return false;
            String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
            boolean isLoopback = name.equals("localhost")
                    || name.endsWith(".localhost")
                    || host.equals("[::1]")
                    || (host.startsWith("127.") && IPV4.matcher(host).matches());
            return !isLoopback;
        }

        /** Does one of these values of Host name the host of this origin? */
        boolean isHostOf(String... named) {
            if (!scheme.equals("https") && !scheme.equals("http")) return false;
            String own = port.isEmpty() ? host : host + ":" + port;
            String defaultPort = scheme.equals("https") ? ":443" : ":80";
            for (String value : named) {
                String lower = value.trim().toLowerCase(Locale.ROOT);
                if (lower.endsWith(defaultPort)) lower = lower.substring(0, lower.length() - defaultPort.length());
                if (lower.equals(own)) return true;
            }
            return false;
        }
    }
`;

/** The class `Names`: lists of names in header values. */
export const NAMES = String.raw`
    /** Lists of names in header values. */
    private static final class Names {
        private static final int MOST_BYTES = 4096;
        private static final int MOST_NAMES = 256;
        private static final int MOST_NAME_BYTES = 128;
        private static final int MOST_EMPTY_ELEMENTS = 16;
        private static final String TOKEN_SIGNS = "!#$%&'*+-.^_${"`"}|~";

        static boolean isToken(String text) {
            for (int index = 0; index < text.length(); index++) {
                char character = text.charAt(index);
                boolean isLetter = (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
                boolean isDigit = character >= '0' && character <= '9';
                if (!isLetter && !isDigit && TOKEN_SIGNS.indexOf(character) < 0) return false;
            }
            return !text.isEmpty();
        }

        /** What is asked for, as it may be granted; null: over a limit, no list of names, or none. */
        static String echo(String asked) {
            if (asked == null || asked.length() > MOST_BYTES) return null;
            List<String> names = new ArrayList<>();
            int empties = 0;
            for (String element : asked.split(",", -1)) {
                String name = trim(element);
                if (name.isEmpty()) {
                    if (++empties > MOST_EMPTY_ELEMENTS) return null;
                    continue;
                }
                // A header that is called * would say "every header" to whoever reads it so.
                if (!isToken(name) || name.length() > MOST_NAME_BYTES || name.equals("*")) return null;
                names.add(name);
            }
            return names.isEmpty() || names.size() > MOST_NAMES ? null : String.join(",", names);
        }

        /** The names of a list, without empty elements. */
        static List<String> split(String list) {
            List<String> names = new ArrayList<>();
            for (String element : list.split(",", -1)) {
                String name = trim(element);
                if (!name.isEmpty()) names.add(name);
            }
            return names;
        }

        /** Spaces and tabs alone: String.trim takes control characters too. */
        private static String trim(String text) {
            int start = 0;
            int end = text.length();
            while (start < end && isSpace(text.charAt(start))) start++;
            while (end > start && isSpace(text.charAt(end - 1))) end--;
            return text.substring(start, end);
        }

        private static boolean isSpace(char character) {
            return character == ' ' || character == '\t';
        }

        /** names, then those of more that are not among them. */
        static String joined(List<String> names, List<String> more) {
            Map<String, String> all = new LinkedHashMap<>();
            for (String name : names) all.putIfAbsent(name.toLowerCase(Locale.ROOT), name);
            for (String name : more) all.putIfAbsent(name.toLowerCase(Locale.ROOT), name);
            return String.join(", ", all.values());
        }
    }
`;
