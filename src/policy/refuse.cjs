// Throws a configuration's error as if from the line that called us, since that is where the options stand; a file of
// its own and not minified, because Node prints the line that threw above what nobody caught.
module.exports = (error, entry) => {
  Error.captureStackTrace?.(error, entry);
  throw error;
};
