"""Matrix notation, the language of matrixcalculus.org and MATLAB: its reader and its writer."""
